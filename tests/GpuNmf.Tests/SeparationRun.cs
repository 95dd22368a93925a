using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Reference;

namespace GpuNmf.Tests;

/// <summary>A separation whose stems were kept in memory.</summary>
internal sealed record SeparationRun(SeparationResult Result, IReadOnlyList<AudioBuffer> Stems)
{
    /// <summary>Separates on a session that stays open.</summary>
    internal static SeparationRun On(DeviceSession session, IAudioSource recording, SeparationOptions options, MemoryOptions? memory = null)
    {
        var sink = new StemBuffer();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var result = new SourceSeparator(session, memory).Separate(recording, sink, options);
#pragma warning restore CA2000
        return new SeparationRun(result, sink.Stems);
    }

    internal Factors Factors => new(Differences.Widen(Result.Templates), Differences.Widen(Result.Activations));

    /// <summary>Samples of one stem, channels interleaved.</summary>
    internal float[] Stem(int component) => Stems[component].Interleaved.ToArray();

    internal double[] Stem(int component, int channel) => TestSignals.Widen(Stems[component].Channel(channel));

    /// <summary>The largest difference between the recording and the sum of its stems.</summary>
    internal double SumError(AudioBuffer recording)
    {
        double worst = 0;
        for (int i = 0; i < recording.Interleaved.Length; i++)
        {
            double sum = 0;
            foreach (var stem in Stems) sum += stem.Interleaved[i];
            worst = Differences.MaxOrNaN(worst, Math.Abs(recording.Interleaved[i] - sum));
        }
        return worst;
    }
}
