using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;
using GpuNmf.Files;
using GpuNmf.Masking;

namespace GpuNmf.Cli;

/// <summary>One <c>separate</c> from the opened recording to the renamed folder.</summary>
internal sealed class SeparationRun(CommandContext context, SeparateRequest request)
{
    /// <summary>Does everything; errors are exceptions.</summary>
    /// <returns><see cref="ExitCodes.Ok"/>.</returns>
    public int Execute()
    {
        // A pipe that nobody writes to is never open.
        using RecordingFile recording = Interruptible.Run(() => RecordingFile.Open(request, context.Cancellation), TimeSpan.Zero, context.Cancellation);
        using ExampleFiles examples = Interruptible.Run(() => ExampleFiles.Open(request, recording, context.Cancellation), TimeSpan.Zero, context.Cancellation);
        using OutputFolder output = OutputFolder.Claim(request.Output.Folder, request.Output.Force, Warn);
        context.Cancellation.ThrowIfCancellationRequested();
        long begin = Stopwatch.GetTimestamp();
        Interruptible.Run(() => Decode(recording, examples, output.PartialPath), Interruptible.Grace, context.Cancellation);
        (SeparationResult result, IReadOnlyList<StemFileInfo> stems, IReadOnlyList<StemFileInfo> components) = ProgressDisplay
            .Choose(context.Stderr, request.IsTalkative)
            .Run(progress => Interruptible.Run(() => Separate(recording.Samples, examples.Options, output.PartialPath, progress), Interruptible.Grace, context.Cancellation));
        string[] warnings = [.. recording.Warnings, .. result.Warnings.Select(ErrorMessages.InOptionNames), .. WholeWarnings(), .. ClippingWarnings([.. stems, .. components]), .. ThreadWarnings()];
        var run = new RunRecord(request, recording.Info, result, stems, components, warnings);
        JsonObject document = ResultDocument.Create(run);
        JsonObject timings = TimingsDocument.Create(result, Stopwatch.GetElapsedTime(begin));
        WriteDocuments(output.PartialPath, result, document, timings);
        context.Cancellation.ThrowIfCancellationRequested();
        // Windows renames no folder with open files in it.
        recording.Dispose();
        examples.Dispose();
        string? leftover = output.Complete();
        if (request.IsTalkative)
            foreach (string warning in leftover is null ? warnings : [.. warnings, leftover]) Warn(warning);
        string done = $"; the parts are complete in '{output.Target}'";
        if (request.PrintsJson) context.Print(stdout => stdout.Write(JsonText.Write(WithPaths(document, timings, output.Target, run))), done);
        else if (request.Verbosity == Verbosity.Normal) context.Print(stdout => SummaryTable.Print(stdout, run), done);
        return ExitCodes.Ok;
    }

    private bool Decode(RecordingFile recording, ExampleFiles examples, string folder)
    {
        recording.Decode(folder, context.Cancellation);
        examples.Decode(folder, recording, context.Cancellation);
        return true;
    }

    private void Warn(string warning) => context.Stderr.TryWriteLine($"{ProgramInfo.Name}: warning: {warning}");

    // Runs on a thread of its own and may be left behind there; so it closes the stems itself.
    private (SeparationResult Result, IReadOnlyList<StemFileInfo> Stems, IReadOnlyList<StemFileInfo> Components) Separate(
        IAudioSource recording, SeparationOptions options, string folder, IProgress<SeparationProgress> progress)
    {
        using var stems = new WavStemSink(folder, request.Output.Encoding, request.Grouping is null ? StemName.Component : StemName.Source);
        using WavStemSink? components = request.Grouping is { KeepsComponents: true } ? new WavStemSink(folder, request.Output.Encoding) : null;
        if (components is not null) options = options with { Grouping = options.Grouping! with { ComponentSink = new OutputSink(components, folder) } };
        try
        {
            SeparationResult result = context.Engine.Separate(
                request.Device, recording, new OutputSink(stems, folder), options, progress, context.Cancellation);
            WriteOrRefuse(folder, () =>
            {
                stems.Complete(context.Cancellation);
                components?.Complete(context.Cancellation);
            });
            return (result, Finished(stems.Files, folder), Finished(components?.Files ?? [], folder));
        }
        catch (Exception exception)
        {
            stems.Discard();
            components?.Discard();
            if (exception is not (AudioFormatException or NotFiniteNumberException)) throw;
            throw new CliException(ExitCodes.Input, WithFile(ErrorMessages.InOptionNames(exception.Message)), exception);
        }
    }

    /// <summary>The files in the format that was asked for.</summary>
    private IReadOnlyList<StemFileInfo> Finished(IReadOnlyList<StemFileInfo> files, string folder)
    {
        if (request.Output.Format == StemFileFormat.Wav || files.Count == 0) return files;
        IReadOnlyList<StemFileInfo> encoded = [];
        WriteOrRefuse(folder, () => encoded = new FlacEncoder().Replace(folder, files, Environment.ProcessorCount, context.Cancellation));
        return encoded;
    }

    /// <summary>The message with the file that it speaks of: an example's, or INPUT.</summary>
    private string WithFile(string message)
    {
        if (request.Grouping is { } grouping)
            for (int i = 0; i < grouping.ExamplePaths.Count; i++)
                if (message.StartsWith($"Example {i + 1}: ", StringComparison.Ordinal)) return $"'{grouping.ExamplePaths[i]}': {message[(message.IndexOf(':', StringComparison.Ordinal) + 2)..]}";
        return $"'{request.Input.Path}': {message}";
    }

    /// <summary>Masks of a single source are 1 everywhere.</summary>
    private IEnumerable<string> WholeWarnings()
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

    private IEnumerable<string> ClippingWarnings(IEnumerable<StemFileInfo> stems) =>
        from stem in stems
        where stem.ClippedSamples > 0
        select $"{stem.FileName}: {stem.ClippedSamples} samples lie beyond full scale and were clipped; {(request.Output.Format == StemFileFormat.Wav ? "" : "--format wav ")}--encoding float32 keeps them.";

    private IEnumerable<string> ThreadWarnings() =>
        request.Device.Threads is { } threads && threads > Environment.ProcessorCount
            ? [$"--threads {threads} is more than this machine's {Environment.ProcessorCount} cores, which slows the run."]
            : [];

    private static void WriteDocuments(string folder, SeparationResult result, JsonObject document, JsonObject timings) => WriteOrRefuse(folder, () =>
    {
        NpyFile.Write(Path.Combine(folder, OutputFiles.Templates), result.Templates);
        NpyFile.Write(Path.Combine(folder, OutputFiles.Activations), result.Activations);
        File.WriteAllText(Path.Combine(folder, OutputFiles.Timings), JsonText.Write(timings));
        File.WriteAllText(Path.Combine(folder, OutputFiles.Result), JsonText.Write(document));
    });

    private static void WriteOrRefuse(string folder, Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to '{folder}': {exception.Message}", exception);
        }
    }

    private static JsonObject WithPaths(JsonObject document, JsonObject timings, string folder, RunRecord run)
    {
        document["paths"] = new JsonObject
        {
            ["folder"] = folder,
            ["stems"] = new JsonArray([.. run.Stems.Select(s => JsonValue.Create(Path.Combine(folder, s.FileName)))]),
            ["components"] = new JsonArray([.. run.Components.Select(s => JsonValue.Create(Path.Combine(folder, s.FileName)))]),
            ["templates"] = Path.Combine(folder, OutputFiles.Templates),
            ["activations"] = Path.Combine(folder, OutputFiles.Activations),
            ["result"] = Path.Combine(folder, OutputFiles.Result),
            ["timings"] = Path.Combine(folder, OutputFiles.Timings),
        };
        document["timings"] = timings;
        return document;
    }
}
