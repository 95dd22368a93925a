using System.Globalization;
using System.Text.Json;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>
/// <c>-- quality [SCORES.json]</c>: separation quality from the program's own random start beside scikit-learn's, as markdown. Which component
/// belongs to which source is decided by an oracle, for both in the same way.
/// </summary>
internal static class QualityReport
{
    internal const string Command = "quality";

    private static readonly int[] Seeds = [0, 1, 2];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static int Run(string? scoresPath)
    {
        if (SharedFolder.Find() is not { } shared)
        {
            Console.Error.WriteLine("The recordings are not there; name the folder of the shared data in GPUNMF_SHARED.");
            return 1;
        }
        var baseline = Baseline.Open(shared);
        var all = new List<object>();
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        PrintBesideBaseline(separator, baseline, shared, all);
        Console.WriteLine();
        PrintChannelModes(separator, baseline, shared, all);
        if (scoresPath is not null) File.WriteAllText(scoresPath, JsonSerializer.Serialize(all, Indented));
        return 0;
    }

    private static void PrintBesideBaseline(SourceSeparator separator, Baseline baseline, string shared, List<object> all)
    {
        Console.WriteLine($"Means in dB over the sources and seeds {string.Join(", ", Seeds)}; KL, {QualityRun.Iterations} iterations, channels averaged; ours / scikit-learn's.");
        Console.WriteLine();
        Console.WriteLine("| clip (ideal mask's SDR) | rank | SDR | difference | worst seed | SIR | SAR | SI-SDR | final loss, ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string name in MixtureClip.Names)
        {
            var clip = MixtureClip.Open(shared, baseline, name);
            var run = new QualityRun(separator, clip);
            foreach (int rank in Ranks(clip))
            {
                Scores[] ours = [.. Seeds.Select(seed => run.Score(rank, seed, ChannelMode.Mono).Mono)];
                Scores[] theirs = [.. Seeds.Select(seed => baseline.Of(name, rank, seed))];
                all.Add(Record(name, rank, ChannelMode.Mono, ours));
                var (a, b) = (Scores.Mean(ours), Scores.Mean(theirs));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} ({baseline.IdealSdr(name):F1}) | {rank} | {a.Sdr:F2} / {b.Sdr:F2} | {a.Sdr - b.Sdr:+0.00;-0.00} | {ours.Min(s => s.Sdr):F2} / {theirs.Min(s => s.Sdr):F2} | {a.Sir:F1} / {b.Sir:F1} | {a.Sar:F1} / {b.Sar:F1} | {a.SiSdr:F2} / {b.SiSdr:F2} | {a.Loss / b.Loss:F4} |"));
            }
        }
    }

    private static void PrintChannelModes(SourceSeparator separator, Baseline baseline, string shared, List<object> all)
    {
        var clip = MixtureClip.Open(shared, baseline, "speech_trumpet_stereo");
        var run = new QualityRun(separator, clip);
        Console.WriteLine($"{clip.Name}, the three treatments of channels; scored on the mean of the channels, and on each channel against its own references.");
        Console.WriteLine();
        Console.WriteLine("| channels | rank | SDR of the mean | SI-SDR of the mean | SDR of a channel | SI-SDR of a channel |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var mode in Enum.GetValues<ChannelMode>())
        {
            foreach (int rank in Ranks(clip))
            {
                (Scores Mono, Scores EachChannel)[] scores = [.. Seeds.Select(seed => run.Score(rank, seed, mode))];
                var (mono, each) = (Scores.Mean([.. scores.Select(s => s.Mono)]), Scores.Mean([.. scores.Select(s => s.EachChannel)]));
                all.Add(Record(clip.Name, rank, mode, [.. scores.Select(s => s.EachChannel)], "each channel"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {mode} | {rank} | {mono.Sdr:F2} | {mono.SiSdr:F2} | {each.Sdr:F2} | {each.SiSdr:F2} |"));
            }
        }
    }

    private static int[] Ranks(MixtureClip clip) => [clip.Sources.Count, 5, 16];

    private static object Record(string clip, int rank, ChannelMode mode, Scores[] scores, string scored = "mean of the channels") =>
        new { clip, rank, channels = mode.ToString(), scored, seeds = Seeds, scores };
}
