using GpuNmf.Benchmarks.Machine;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Table;

/// <summary>What every row is measured with.</summary>
/// <param name="Session">The device.</param>
/// <param name="Peaks">What it does at best.</param>
/// <param name="Folder">For problems and results that contestants exchange.</param>
/// <param name="Quick">A smoke run: few rounds, short recordings.</param>
internal sealed record Bench(DeviceSession Session, Peaks Peaks, string Folder, bool Quick)
{
    internal string File(string name) => Path.Combine(Folder, name);

    /// <summary>Fewer turns in a smoke run.</summary>
    internal Rounds Rounds(int ours, int theirs) => Quick ? new Rounds(1, Math.Min(2, ours), 1) : new Rounds(3, ours, theirs);
}
