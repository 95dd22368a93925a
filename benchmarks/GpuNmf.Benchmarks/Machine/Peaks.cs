using GpuNmf.Devices;
using GpuNmf.Kernels;

namespace GpuNmf.Benchmarks.Machine;

/// <summary>Bytes a second on buffers of one size.</summary>
/// <param name="Bytes">Size of the buffer read; a copy has a second one.</param>
/// <param name="Read">Bytes read a second; 0 where it is not measured.</param>
/// <param name="Copy">Bytes read and written a second.</param>
internal sealed record Bandwidth(double Bytes, double Read, double Copy)
{
    internal double Best => Math.Max(Read, Copy);
}

/// <summary>What a device does at best, measured on it.</summary>
/// <param name="FlopsASecond">Single-precision multiply-adds in registers on every core, two flops each.</param>
/// <param name="Bandwidths">By size, smallest first: small buffers stay in caches.</param>
internal sealed record Peaks(double FlopsASecond, IReadOnlyList<Bandwidth> Bandwidths)
{
    internal static Peaks Measure(DeviceSession session) => session.Form == KernelForm.Strip
        ? CpuPeaks.Measure(session.Entry.Cores)
        : TilePeaks.Measure(session);

    /// <summary>The best bandwidth on buffers as large as a working set or larger, which cannot be faster; on the largest where none is.</summary>
    internal Bandwidth For(double bytes) => Bandwidths.Where(b => b.Bytes >= bytes).DefaultIfEmpty(Bandwidths[^1]).MaxBy(b => b.Best)!;

    /// <summary>Seconds that some work takes at least: max(bytes / bandwidth, flops / peak).</summary>
    /// <param name="cost">The work.</param>
    /// <param name="workingSet">Bytes that the work goes over; decides which bandwidth counts.</param>
    internal double FloorSeconds(Cost cost, double workingSet) => Math.Max(cost.Bytes / For(workingSet).Best, cost.Flops / FlopsASecond);
}
