using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>
/// <c>-- dictionaries</c>: SDR of sources that each have a dictionary, learnt from a third of its reference (from its first sound on) or from all of it, as markdown.
/// There is no other material of the same instruments, so these are upper bounds.
/// </summary>
internal static class DictionaryReport
{
    internal const string Command = "dictionaries";

    private const int Seeds = 3, RankOfASource = 4;

    private static readonly (string Name, bool Whole, int Free, int Adapt)[] s_ways =
    [
        ("a third", false, 0, 0), ("a third, adapted", false, 0, 20), ("a third, 4 free", false, 4, 0), ("the reference", true, 0, 0), ("the reference, adapted", true, 0, 20),
    ];

    internal static int Run()
    {
        if (SharedFolder.Find() is not { } shared)
        {
            Console.Error.WriteLine("The recordings are not there; name the folder of the shared data in GPUNMF_SHARED.");
            return 1;
        }
        var baseline = Baseline.Open(shared);
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        Console.WriteLine($"SDR in dB, mean over the sources and seeds 0 to {Seeds - 1}; {RankOfASource} templates a source, KL, {QualityRun.Iterations} iterations, channels averaged.");
        Console.WriteLine();
        Console.WriteLine($"| clip | {string.Join(" | ", s_ways.Select(way => way.Name))} |");
        Console.WriteLine($"| --- |{string.Concat(s_ways.Select(_ => " ---: |"))}");
        foreach (string name in MixtureClip.Names)
        {
            var clip = MixtureClip.Open(shared, baseline, name);
            string[] cells = [.. s_ways.Select(way => Enumerable.Range(0, Seeds).Average(seed => Score(separator, clip, way, seed)).ToString("F1", CultureInfo.InvariantCulture))];
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
        return 0;
    }

    private static double Score(SourceSeparator separator, MixtureClip clip, (string Name, bool Whole, int Free, int Adapt) way, int seed)
    {
        double[][] references = Array.ConvertAll(clip.References, GroupingReport.Mean);
        using var recording = WavSource.Open(clip.MixturePath);
        var learning = new SeparationOptions { Nmf = new NmfOptions { Rank = RankOfASource, Seed = (ulong)seed } };
        LearntTemplates[] dictionaries = Array.ConvertAll(references, reference => separator.Learn(way.Whole
            ? new AudioBuffer(Array.ConvertAll(reference, value => (float)value), 1, recording.SampleRateHz)
            : GroupingReport.Example(clip, reference), learning).Dictionary);
        int rank = dictionaries.Sum(dictionary => dictionary.Rank) + way.Free, sources = references.Length + (way.Free > 0 ? 1 : 0);
        var stems = new StemBuffer();
        separator.Separate(recording, stems, new SeparationOptions
        {
            Nmf = new NmfOptions { Rank = rank, Seed = (ulong)seed, MaxIterations = QualityRun.Iterations, Tolerance = 0, FixedTemplates = LearntTemplates.Join(dictionaries), AdaptIterations = way.Adapt },
            Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Mono },
            Grouping = new GroupingOptions
            {
                Sources = sources,
                Method = GroupingMethod.Assigned,
                Assignment = [.. dictionaries.SelectMany((dictionary, i) => Enumerable.Repeat(i, dictionary.Rank)), .. Enumerable.Repeat(references.Length, way.Free)],
            },
        });
        return GroupingReport.Sdr(references, GroupingReport.Mono(stems, clip)[..references.Length]);
    }
}
