using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Separating;

/// <summary>What is said of several recordings: a line for each when it is done, and at the end how many there were, what failed and why.</summary>
internal sealed class BatchReport(CommandContext context, IReadOnlyList<SeparateRequest> requests)
{
    private readonly List<BatchEntry> _entries = [];
    private CliException? _unprinted;

    private bool PrintsJson => requests[0].PrintsJson;

    private bool PrintsLines => requests[0].Verbosity == Verbosity.Normal;

    /// <summary>A warning with the recording that it is about.</summary>
    public static void Warn(CommandContext context, SeparateRequest request, string warning) =>
        context.Stderr.TryWriteLine(ErrorMessages.OneLine($"{ProgramInfo.Name}: warning: {request.Input.Path}: {warning}"));

    /// <summary>Tells how a recording ended, in the order of the recordings.</summary>
    public void Add(FileOutcome outcome)
    {
        BatchEntry entry = outcome.Entry(PrintsJson);
        _entries.Add(entry);
        if (requests[0].IsTalkative)
        {
            foreach (string warning in outcome.Finished?.Warnings ?? []) Warn(context, outcome.Request, warning);
            if (entry.State == FileState.Failed) context.Stderr.TryWriteLine($"{ProgramInfo.Name}: {entry.Line}");
        }
        if (outcome.Failure is { } failure) ErrorMessages.Trace(context.Stderr, failure, outcome.Cause!);
        if (PrintsLines && outcome.Finished is { } finished) PrintLine(SummaryTable.Line(finished.Run));
        if (PrintsLines && outcome.Skipped is not null) PrintLine(SkippedLine(outcome.Request));
    }

    /// <summary>What is said of a recording whose folder was complete before.</summary>
    public static string SkippedLine(SeparateRequest request) => $"{request.Input.Path}: skipped, {request.Output.Folder} is complete";

    /// <summary>Tells the whole; recordings that nothing was told of were stopped.</summary>
    /// <returns>The exit code of the call.</returns>
    public int End()
    {
        _entries.AddRange(requests.Skip(_entries.Count).Select(request => new FileOutcome(request).Entry(withResult: false)));
        if (PrintsJson) Print(stdout => stdout.Write(JsonText.Write(Document())));
        if (PrintsLines) PrintLine(Counts());
        if (CountOf(FileState.Failed) is > 0 and int failed)
        {
            context.Stderr.TryWriteLine($"{ProgramInfo.Name}: {failed} of {requests.Count} recordings failed:");
            foreach (BatchEntry entry in _entries.Where(entry => entry.State == FileState.Failed)) context.Stderr.TryWriteLine($"{ProgramInfo.Name}:   {entry.Line}");
        }
        if (_unprinted is not null) context.Stderr.TryWriteLine($"{ProgramInfo.Name}: {_unprinted.Message}; {Counts()}");
        if (CountOf(FileState.Stopped) > 0) context.Stderr.TryWriteLine($"{ProgramInfo.Name}: stopped; {Counts()}");
        return ExitCode();
    }

    private int ExitCode()
    {
        if (CountOf(FileState.Stopped) > 0) return ExitCodes.Cancelled;
        int[] codes = [.. _entries.Select(entry => entry.ExitCode).Append(_unprinted?.ExitCode ?? ExitCodes.Ok).Where(code => code != ExitCodes.Ok).Distinct()];
        return codes.Length switch
        {
            0 => ExitCodes.Ok,
            1 => codes[0],
            _ => ExitCodes.SomeFailed,
        };
    }

    private JsonObject Document()
    {
        var document = new JsonObject
        {
            ["program"] = ProgramInfo.Name,
            ["version"] = ProgramInfo.Version,
            ["files"] = new JsonArray([.. _entries.Select(entry => entry.Document())]),
        };
        foreach (Word<FileState> state in Words.FileStates) document[state.Text] = CountOf(state.Value);
        document["exitCode"] = ExitCode();
        return document;
    }

    private string Counts() => $"{requests.Count} recordings: {string.Join(", ",
        Words.FileStates.Where(state => state.Value == FileState.Done || CountOf(state.Value) > 0).Select(state => $"{CountOf(state.Value)} {state.Text}"))}";

    private int CountOf(FileState state) => _entries.Count(entry => entry.State == state);

    private void PrintLine(string line) => Print(stdout => stdout.WriteLine(ErrorMessages.OneLine(line)));

    /// <summary>Recordings are separated whether somebody reads of them or not; the end tells it.</summary>
    private void Print(Action<TextWriter> write)
    {
        if (_unprinted is not null) return;
        try
        {
            context.Print(write);
        }
        catch (CliException exception)
        {
            _unprinted = exception;
        }
    }
}
