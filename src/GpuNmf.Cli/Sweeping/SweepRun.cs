using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;

namespace GpuNmf.Cli.Sweeping;

/// <summary>One <c>sweep</c> from the opened recording to the renamed folder.</summary>
internal sealed class SweepRun(CommandContext context, SweepRequest request)
{
    /// <summary>Does everything; errors are exceptions.</summary>
    /// <returns><see cref="ExitCodes.Ok"/>.</returns>
    public int Execute()
    {
        // A pipe that nobody writes to is never open.
        using RecordingFile recording = Interruptible.Run(() => RecordingFile.Open(request, context.Cancellation), TimeSpan.Zero, context.Cancellation);
        using OutputFolder output = Claim();
        context.Cancellation.ThrowIfCancellationRequested();
        long begin = Stopwatch.GetTimestamp();
        Interruptible.Run(() => Hash(recording), Interruptible.Grace, context.Cancellation);
        Interruptible.Run(() => Decode(recording, output.PartialPath), Interruptible.Grace, context.Cancellation);
        var work = new SweepWork(output.PartialPath, request, recording.Sha256, output.IsResumed);
        SweepResult result = Sweep(recording.Samples, work, output);
        string[] warnings = [.. recording.Warnings, .. result.Warnings.Select(ErrorMessages.InOptionNames)];
        var sweep = new SweepRecord(request, recording.Info, result, warnings, work.TakenOver);
        JsonObject document = SweepDocument.Create(sweep);
        JsonObject timings = SweepTimings.Create(result, Stopwatch.GetElapsedTime(begin));
        string? noPlots = WriteDocuments(output.PartialPath, sweep, document, timings);
        work.Finish(result.Summaries);
        // Windows renames no folder with open files in it.
        recording.Dispose();
        string? leftover = output.Complete();
        if (request.IsTalkative)
            foreach (string warning in warnings.Append(noPlots).Append(leftover).OfType<string>()) Warn(warning);
        Print(sweep, document, timings, output.Target);
        return ExitCodes.Ok;
    }

    private bool Hash(RecordingFile recording)
    {
        recording.Hash(context.Cancellation);
        return true;
    }

    private bool Decode(RecordingFile recording, string folder)
    {
        recording.Decode(folder, context.Cancellation);
        return true;
    }

    private void Warn(string warning) => context.Stderr.TryWriteLine($"{ProgramInfo.Name}: warning: {warning}");

    private OutputFolder Claim() => request.Reuse.Resume
        ? OutputFolder.Resume(request.Folder, request.Reuse.Force, OutputFiles.SweepWork, Warn)
        : OutputFolder.Claim(request.Folder, request.Reuse.Force, Warn);

    /// <summary>Computes what is missing; whatever stops it, the models that have finished stay.</summary>
    private SweepResult Sweep(IAudioSource recording, SweepWork work, OutputFolder output)
    {
        try
        {
            return ProgressDisplay
                .Choose(context.Stderr, request.IsTalkative)
                .Run(progress => Interruptible.Run(
                    () => context.Engine.Sweep(request.Device, request.Memory with { SpoolFolder = output.PartialPath }, recording, request.Options, work, progress, context.Cancellation), Interruptible.Grace, context.Cancellation));
        }
        catch (Exception exception) when (exception is AudioFormatException or NotFiniteNumberException)
        {
            throw new CliException(ExitCodes.Input, $"'{request.Input.Path}': {ErrorMessages.InOptionNames(exception.Message)}", exception);
        }
        catch (OperationCanceledException exception) when (work.Count > 0)
        {
            throw new CliException(
                ExitCodes.Cancelled, $"stopped; {work.Count} of {request.Options.Models} models are in '{output.PartialPath}', from where --resume goes on", exception);
        }
        finally
        {
            work.Close();
            output.KeepsWork |= work.Count > 0;
        }
    }

    /// <returns>A warning where there are no plots.</returns>
    private static string? WriteDocuments(string folder, SweepRecord sweep, JsonObject document, JsonObject timings)
    {
        try
        {
            File.WriteAllText(Path.Combine(folder, OutputFiles.Timings), JsonText.Write(timings));
            File.WriteAllText(Path.Combine(folder, OutputFiles.SweepTable), SweepCsv.Create(sweep));
            File.WriteAllText(Path.Combine(folder, OutputFiles.Sweep), JsonText.Write(document));
            SweepPlots.Write(sweep, folder);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to '{folder}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is DllNotFoundException or TypeInitializationException)
        {
            return $"there are no plots, since the library that draws them does not load here: {ErrorMessages.OneLine((exception.InnerException ?? exception).Message)}";
        }
    }

    private void Print(SweepRecord sweep, JsonObject document, JsonObject timings, string folder)
    {
        string done = $"; the results are complete in '{folder}'";
        if (request.PrintsJson)
        {
            document["folder"] = folder;
            document["timings"] = timings;
            context.Print(stdout => stdout.Write(JsonText.Write(document)), done);
        }
        else if (request.Verbosity == Verbosity.Normal)
        {
            context.Print(stdout => SweepSummary.Print(stdout, sweep), done);
        }
        // Whoever asks for a pick wants it, quiet or not.
        else if (request.Picks)
        {
            context.Print(stdout => sweep.Result.Picks.ToList().ForEach(pick => stdout.WriteLine(SweepSummary.Line(pick))), done);
        }
    }
}
