using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>
/// <c>-- grouping</c>: SDR of the sources that the program groups components into, beside those of an oracle that knows the sources, as markdown. Blind sources are
/// assigned to the references by the best permutation; examples are a third of each reference, from its first sound on.
/// </summary>
internal static class GroupingReport
{
    internal const string Command = "grouping";

    private const int Rank = 16, Seeds = 3;

    internal static int Run()
    {
        if (SharedFolder.Find() is not { } shared)
        {
            Console.Error.WriteLine("The recordings are not there; name the folder of the shared data in GPUNMF_SHARED.");
            return 1;
        }
        var baseline = Baseline.Open(shared);
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        Console.WriteLine($"SDR in dB, mean over the sources and seeds 0 to {Seeds - 1} (lowest and highest seed); rank {Rank}, KL, {QualityRun.Iterations} iterations, channels averaged.");
        Console.WriteLine();
        Console.WriteLine("| clip | scikit-learn, oracle | oracle | mfcc | envelope | examples |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (string name in MixtureClip.Names)
        {
            var clip = MixtureClip.Open(shared, baseline, name);
            double theirs = Enumerable.Range(0, Seeds).Average(seed => baseline.Of(name, Rank, seed).Sdr);
            var scores = Enumerable.Range(0, Seeds).Select(seed => Scores(separator, clip, seed)).ToArray();
            string[] cells = [.. Enumerable.Range(0, 4).Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{scores.Average(s => s[i]):F1} ({scores.Min(s => s[i]):F1} to {scores.Max(s => s[i]):F1})"))];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {theirs:F1} | {string.Join(" | ", cells)} |"));
        }
        return 0;
    }

    /// <summary>Mean SDR by the oracle, by each blind method and by examples.</summary>
    private static double[] Scores(SourceSeparator separator, MixtureClip clip, int seed)
    {
        double[][] references = Array.ConvertAll(clip.References, Mean);
        IAudioSource[] examples = Array.ConvertAll(references, reference => Example(clip, reference));
        GroupingOptions[] methods =
        [
            new() { Sources = references.Length, Method = GroupingMethod.Mfcc },
            new() { Sources = references.Length, Method = GroupingMethod.Envelope },
            new() { Sources = references.Length, Method = GroupingMethod.Examples, Examples = examples },
        ];
        var scores = new List<double>();
        foreach (var method in methods)
        {
            using var recording = WavSource.Open(clip.MixturePath);
            StemBuffer sources = new(), components = new();
            separator.Separate(recording, sources, new SeparationOptions
            {
                Nmf = new NmfOptions { Rank = Rank, Seed = (ulong)seed, MaxIterations = QualityRun.Iterations, Tolerance = 0 },
                Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Mono },
                Grouping = method with { ComponentSink = components },
            });
            double[][] parts = Mono(components, clip);
            if (scores.Count == 0) scores.Add(Sdr(references, OracleGrouping.Sum(parts, OracleGrouping.Best(parts, references), references.Length)));
            double[][] estimates = Mono(sources, clip);
            scores.Add(Sdr(references, method.Method == GroupingMethod.Examples ? estimates : BestOrder(references, estimates)));
        }
        return [.. scores];
    }

    internal static double Sdr(double[][] references, double[][] estimates)
    {
        // A source that nothing was given to has no score; what is left of it is nothing.
        if (estimates.Any(estimate => estimate.All(value => value == 0))) return double.NaN;
        return BssEval.Sources(references, estimates).Average(score => score.Sdr);
    }

    /// <summary>The estimates in the order that scores best by SI-SDR.</summary>
    private static double[][] BestOrder(double[][] references, double[][] estimates) =>
        Orders(estimates.Length).Select(order => Array.ConvertAll(order, i => estimates[i])).MaxBy(ordered => references.Zip(ordered, BssEval.SiSdr).Sum())!;

    private static IEnumerable<int[]> Orders(int count) => count == 1
        ? [[0]]
        : Orders(count - 1).SelectMany(order => Enumerable.Range(0, count).Select(at => (int[])[.. order[..at], count - 1, .. order[at..]]));

    /// <summary>A third of the reference from its first sound on.</summary>
    internal static AudioBuffer Example(MixtureClip clip, double[] reference)
    {
        using var recording = WavSource.Open(clip.MixturePath);
        double peak = reference.Max(Math.Abs);
        int first = Math.Min(Array.FindIndex(reference, value => Math.Abs(value) > 0.01 * peak), reference.Length - reference.Length / 3);
        return new AudioBuffer([.. reference.Skip(first).Take(reference.Length / 3).Select(value => (float)value)], 1, recording.SampleRateHz);
    }

    internal static double[][] Mono(StemBuffer stems, MixtureClip clip) =>
        [.. stems.Stems.Select(stem => Mean([.. Enumerable.Range(0, clip.Channels).Select(c => Array.ConvertAll(stem.Channel(c), value => (double)value))]))];

    internal static double[] Mean(double[][] channels)
    {
        var mean = new double[channels[0].Length];
        for (int n = 0; n < mean.Length; n++) mean[n] = channels.Average(c => c[n]);
        return mean;
    }
}
