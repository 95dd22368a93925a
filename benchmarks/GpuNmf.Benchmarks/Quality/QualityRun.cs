using GpuNmf.Audio;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>Separates a clip with the program's own start and scores the best grouping of its components.</summary>
internal sealed class QualityRun(SourceSeparator separator, MixtureClip clip)
{
    internal const int Iterations = 200;

    private readonly double _peak = clip.MonoPeak();

    /// <summary>Scores of one run.</summary>
    /// <param name="rank">K.</param>
    /// <param name="seed">Of the random start.</param>
    /// <param name="mode">Treatment of the channels.</param>
    /// <returns>On the mean of the channels, and the mean of the scores of each channel.</returns>
    internal (Scores Mono, Scores EachChannel) Score(int rank, int seed, ChannelMode mode)
    {
        using var recording = WavSource.Open(clip.MixturePath);
        var sink = new StemBuffer();
        var result = separator.Separate(recording, sink, new SeparationOptions
        {
            Nmf = new NmfOptions { Rank = rank, Seed = (ulong)seed, MaxIterations = Iterations, Tolerance = 0 },
            Reconstruction = new ReconstructionOptions { Channels = mode },
        });
        double[][][] stems = [.. sink.Stems.Select(stem => Enumerable.Range(0, clip.Channels).Select(c => Array.ConvertAll(stem.Channel(c), v => (double)v)).ToArray())];
        double[][] monoStems = Array.ConvertAll(stems, Mean), monoReferences = Array.ConvertAll(clip.References, Mean);
        double loss = result.LossTrace[^1].Loss / _peak;      // this divergence scales with the spectrogram
        int[] assignment = OracleGrouping.Best(monoStems, monoReferences);
        var mono = Score(monoStems, monoReferences, assignment, loss);
        var channels = Enumerable.Range(0, clip.Channels).Select(c =>
            Score(Array.ConvertAll(stems, s => s[c]), Array.ConvertAll(clip.References, r => r[c]), assignment, loss));
        return (mono, clip.Channels == 1 ? mono : Scores.Mean([.. channels]));
    }

    private static Scores Score(double[][] stems, double[][] references, int[] assignment, double loss)
    {
        double[][] estimates = OracleGrouping.Sum(stems, assignment, references.Length);
        var scores = BssEval.Sources(references, estimates);
        double siSdr = references.Zip(estimates, BssEval.SiSdr).Average();
        return new Scores(scores.Average(s => s.Sdr), scores.Average(s => s.Sir), scores.Average(s => s.Sar), siSdr, loss);
    }

    private static double[] Mean(double[][] channels)
    {
        var mean = new double[channels[0].Length];
        for (int n = 0; n < mean.Length; n++) mean[n] = channels.Average(c => c[n]);
        return mean;
    }
}
