using System.Text.Json.Nodes;
using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;

namespace GpuNmf.Cli;

/// <summary>One <c>learn</c> from the opened recording to the complete file.</summary>
internal sealed class LearnRun(CommandContext context, LearnRequest request)
{
    /// <summary>Does everything; errors are exceptions.</summary>
    /// <returns><see cref="ExitCodes.Ok"/>.</returns>
    public int Execute()
    {
        // A pipe that nobody writes to is never open.
        Interruptible.Run(RequireFree, TimeSpan.Zero, context.Cancellation);
        using RecordingFile recording = Interruptible.Run(() => RecordingFile.Open(request, context.Cancellation), TimeSpan.Zero, context.Cancellation);
        Interruptible.Run(() => Decode(recording), Interruptible.Grace, context.Cancellation);
        LearnResult learnt = ProgressDisplay
            .Choose(context.Stderr, request.IsTalkative)
            .Run(progress => Interruptible.Run(() => Learn(recording.Samples, progress), Interruptible.Grace, context.Cancellation));
        context.Cancellation.ThrowIfCancellationRequested();
        Save(learnt.Dictionary);
        string[] warnings = [.. recording.Warnings, .. learnt.Warnings.Select(ErrorMessages.InOptionNames)];
        if (request.IsTalkative)
            foreach (string warning in warnings) context.Stderr.TryWriteLine($"{ProgramInfo.Name}: warning: {warning}");
        string done = $"; the templates are complete in '{request.Path}'";
        if (request.PrintsJson) context.Print(stdout => stdout.Write(JsonText.Write(Document(learnt, warnings))), done);
        else if (request.Verbosity == Verbosity.Normal) context.Print(stdout => PrintLines(stdout, learnt), done);
        return ExitCodes.Ok;
    }

    private bool Decode(RecordingFile recording)
    {
        recording.Decode(Path.GetDirectoryName(Path.GetFullPath(request.Path))!, context.Cancellation);
        return true;
    }

    private LearnResult Learn(IAudioSource recording, IProgress<SeparationProgress> progress)
    {
        // The recording has been opened, so the options are known to suit it: an argument that is refused now is a defect.
        try
        {
            return context.Engine.Learn(request.Device, request.Memory with { SpoolFolder = Path.GetDirectoryName(Path.GetFullPath(request.Path)) }, recording, request.Options, progress, context.Cancellation);
        }
        catch (Exception exception) when (exception is AudioFormatException or NotFiniteNumberException or NothingToLearnException)
        {
            throw new CliException(ExitCodes.Input, $"'{request.Input.Path}': {ErrorMessages.InOptionNames(exception.Message)}", exception);
        }
    }

    private bool RequireFree()
    {
        if (Directory.Exists(request.Path)) throw new CliException(ExitCodes.Output, $"--out '{request.Path}' is a folder; name a file, such as kick.npz");
        if (File.Exists(request.Path) && !request.Force) throw new CliException(ExitCodes.Output, $"'{request.Path}' exists; choose another --out, or replace it with --force");
        string folder = Path.GetDirectoryName(Path.GetFullPath(request.Path))!;
        if (!Directory.Exists(folder)) throw new CliException(ExitCodes.Output, $"there is no folder '{folder}' for --out '{request.Path}'; create it first");
        if (request.Input.Path.Length > 0 && RealPath.Of(request.Path) == RealPath.Of(request.Input.Path)) throw new CliException(ExitCodes.Usage, $"--out '{request.Path}' is the recording itself; choose another --out");
        if (File.Exists(request.Path) && !IsDictionary()) throw new CliException(ExitCodes.Output, $"'{request.Path}' is no dictionary, or a damaged one, and --force replaces nothing else; delete it, or choose another --out");
        return true;
    }

    private bool IsDictionary()
    {
        try
        {
            LearntTemplates.Load(request.Path);
            return true;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Save(LearntTemplates learnt)
    {
        try
        {
            learnt.Save(request.Path, overwrite: request.Force);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write '{request.Path}': {exception.Message}", exception);
        }
    }

    private void PrintLines(TextWriter stdout, LearnResult learnt)
    {
        LearntTemplates dictionary = learnt.Dictionary;
        string fit = FitText.End(learnt);
        stdout.WriteLine($"{request.Path}: {dictionary.Rank} templates of {dictionary.Templates.GetLength(0)} bins at {dictionary.SampleRateHz} Hz: {fit}, on {learnt.Kind} ({learnt.Device.Name})");
        if (FitText.Starts(learnt) is { } starts) stdout.WriteLine(starts);
    }

    private JsonObject Document(LearnResult learnt, string[] warnings) => new()
    {
        ["program"] = ProgramInfo.Name,
        ["version"] = ProgramInfo.Version,
        ["file"] = request.Path,
        ["rank"] = learnt.Dictionary.Rank,
        ["bins"] = learnt.Dictionary.Templates.GetLength(0),
        ["sampleRateHz"] = learnt.Dictionary.SampleRateHz,
        ["nFft"] = learnt.Dictionary.FftLength,
        ["winLength"] = learnt.Dictionary.WindowLength,
        ["window"] = Words.Windows.For(learnt.Dictionary.Window),
        ["beta"] = learnt.Dictionary.Beta,
        ["device"] = ResultDocument.Device(learnt.Device, learnt.Kind),
        ["seed"] = learnt.Seed,
        ["restarts"] = new JsonArray([.. learnt.Restarts.Select(ResultDocument.Restart)]),
        ["iterations"] = learnt.Iterations,
        ["converged"] = learnt.Converged,
        ["stop"] = Words.Stops.For(learnt.Stop),
        ["loss"] = JsonText.Number(learnt.LossTrace[^1].Loss),
        ["warnings"] = new JsonArray([.. warnings.Select(warning => JsonValue.Create(warning))]),
    };
}
