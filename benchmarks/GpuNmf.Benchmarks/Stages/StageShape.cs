using GpuNmf.Audio;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Stages;

/// <summary>A recording of the drum machine that a stage is timed on.</summary>
/// <param name="Seconds">Its length.</param>
/// <param name="Channels">Its channels.</param>
public sealed record StageShape(int Seconds, int Channels)
{
    /// <summary>The recording, the same every time.</summary>
    internal AudioBuffer Render()
    {
        var machine = new DrumMachine(MakeInput.Seed, channels: Channels);
        var drums = machine.Render(checked(Seconds * machine.SampleRateHz));
        return new AudioBuffer(drums.Mixture, drums.Channels, drums.SampleRateHz);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Seconds} s, {Channels} channel{(Channels == 1 ? "" : "s")}";
}
