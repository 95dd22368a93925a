using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Masking;

namespace GpuNmf.Cli.Separating;

/// <summary>What the user should know of a separation.</summary>
internal static class SeparationWarnings
{
    /// <summary>One sentence each, in the options' names.</summary>
    public static IReadOnlyList<string> Of(SeparateRequest request, IEnumerable<string> recording, IEnumerable<string> engine, IEnumerable<StemFileInfo> stems) =>
        [.. recording, .. engine.Select(ErrorMessages.InOptionNames), .. OfWholes(request), .. OfClipping(request, stems), .. OfThreads(request)];

    /// <summary>Masks of a single source are 1 everywhere.</summary>
    private static IEnumerable<string> OfWholes(SeparateRequest request)
    {
        if (request is not { Grouping: { Sources: 1 } grouping, Options.Reconstruction.Reconstruction: Reconstruction.Mask }) return [];
        (string only, string wayOut) = (request.Dictionaries, grouping.ExamplePaths.Count) switch
        {
            ({ }, _) => ("There is one --dictionary and nothing beside it", "--free 4 takes up everything else"),
            (null, 1) => ("There is one --example", "give one for each source, or learn it ('gpunmf learn') and take --dictionary with --free 4, which takes up everything else"),
            _ => ("--sources is 1", "take 2 or more, or leave it out to have the components"),
        };
        return [$"{only}, so that everything is given back as one part; {wayOut}."];
    }

    private static IEnumerable<string> OfClipping(SeparateRequest request, IEnumerable<StemFileInfo> stems) =>
        from stem in stems
        where stem.ClippedSamples > 0
        select $"{stem.FileName}: {stem.ClippedSamples} samples lie beyond full scale and were clipped; {(request.Output.Format == StemFileFormat.Wav ? "" : "--format wav ")}--encoding float32 keeps them.";

    private static IEnumerable<string> OfThreads(SeparateRequest request) =>
        request.Device.Threads is { } threads && threads > Environment.ProcessorCount
            ? [$"--threads {threads} is more than this machine's {Environment.ProcessorCount} cores, which slows the run."]
            : [];
}
