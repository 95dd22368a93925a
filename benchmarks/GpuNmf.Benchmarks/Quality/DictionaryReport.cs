using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>
/// <c>-- dictionaries</c>: SDR of sources that each have a dictionary, learnt from other material of the instrument where there is some, from a third of the reference (from its first
/// sound on) or from all of it, as markdown. The last two have heard what they separate, so they are upper bounds.
/// </summary>
internal static class DictionaryReport
{
    internal const string Command = "dictionaries";

    private const int Seeds = 3;

    private static readonly Way[] s_ways =
    [
        new("other material", Material.Other, Rank: 16), new("other material, adapted", Material.Other, Rank: 16, Adapt: 20),
        new("a third", Material.Third), new("a third, adapted", Material.Third, Adapt: 20), new("a third, 4 free", Material.Third, Free: 4),
        new("the reference", Material.Reference), new("the reference, adapted", Material.Reference, Adapt: 20),
    ];

    private enum Material
    {
        Other,
        Third,
        Reference,
    }

    internal static int Run()
    {
        if (SharedFolder.Find() is not { } shared)
        {
            Console.Error.WriteLine("The recordings are not there; name the folder of the shared data in GPUNMF_SHARED.");
            return 1;
        }
        var baseline = Baseline.Open(shared);
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        Console.WriteLine($"SDR in dB, mean over the sources and seeds 0 to {Seeds - 1}; {s_ways[^1].Rank} templates a source (other material: {s_ways[0].Rank}), KL, {QualityRun.Iterations} iterations, channels averaged.");
        Console.WriteLine();
        Console.WriteLine($"| clip | {string.Join(" | ", s_ways.Select(way => way.Name))} |");
        Console.WriteLine($"| --- |{string.Concat(s_ways.Select(_ => " ---: |"))}");
        foreach (string name in MixtureClip.Names)
        {
            var clip = MixtureClip.Open(shared, baseline, name);
            AudioBuffer[]? other = OtherMaterial.Of(shared, clip);
            string[] cells = [.. s_ways.Select(way => MaterialOf(clip, way.From, other) is { } material
                ? Enumerable.Range(0, Seeds).Average(seed => Score(separator, clip, material, way, seed)).ToString("F1", CultureInfo.InvariantCulture)
                : "-")];
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
        return 0;
    }

    /// <summary>What the dictionaries are learnt from, a recording a source; null where it does not exist.</summary>
    private static AudioBuffer[]? MaterialOf(MixtureClip clip, Material from, AudioBuffer[]? other)
    {
        if (from == Material.Other) return other;
        using var recording = WavSource.Open(clip.MixturePath);
        return Array.ConvertAll(clip.References, channels =>
        {
            double[] reference = GroupingReport.Mean(channels);
            return from == Material.Third ? GroupingReport.Example(clip, reference) : new AudioBuffer(Array.ConvertAll(reference, value => (float)value), 1, recording.SampleRateHz);
        });
    }

    private static double Score(SourceSeparator separator, MixtureClip clip, AudioBuffer[] material, Way way, int seed)
    {
        double[][] references = Array.ConvertAll(clip.References, GroupingReport.Mean);
        using var recording = WavSource.Open(clip.MixturePath);
        var learning = new SeparationOptions { Nmf = new NmfOptions { Rank = way.Rank, Seed = (ulong)seed } };
        LearntTemplates[] dictionaries = Array.ConvertAll(material, of => separator.Learn(of, learning).Dictionary);
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

    /// <summary>A column of the table. Rank: templates a source.</summary>
    private sealed record Way(string Name, Material From, int Rank = 4, int Free = 0, int Adapt = 0);
}
