using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Separating;

/// <summary>How far one of several recordings came, with all that was found.</summary>
/// <param name="Request">What was asked for.</param>
internal sealed record FileOutcome(SeparateRequest Request)
{
    /// <summary>Its finished separation.</summary>
    public FinishedSeparation? Finished { get; init; }

    /// <summary>The folder from before, which was left as it is.</summary>
    public FinishedFolder? Skipped { get; init; }

    /// <summary>Why it failed.</summary>
    public Failure? Failure { get; init; }

    /// <summary>What was thrown then.</summary>
    public Exception? Cause { get; init; }

    /// <summary>What is kept of it until the end; one that is neither done nor failed was stopped, or not begun.</summary>
    /// <param name="withResult">True where the document is printed.</param>
    public BatchEntry Entry(bool withResult) => new(Request.Input.Path, Request.Output.Folder)
    {
        State = this switch
        {
            { Finished: not null } => FileState.Done,
            { Skipped: not null } => FileState.Skipped,
            { Failure: not null } => FileState.Failed,
            _ => FileState.Stopped,
        },
        ExitCode = this switch
        {
            { Failure: { } failure } => failure.ExitCode,
            { Finished: null, Skipped: null } => ExitCodes.Cancelled,
            _ => ExitCodes.Ok,
        },
        Error = Failure?.Message,
        Result = withResult ? Finished?.Document ?? Skipped?.Document : null,
    };
}
