using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Separating;

/// <summary>How one of several recordings ended.</summary>
internal enum FileState
{
    /// <summary>Its folder has its name.</summary>
    Done,

    /// <summary>Its folder was complete before.</summary>
    Skipped,

    /// <summary>Something went wrong.</summary>
    Failed,

    /// <summary>The call was stopped before it was done.</summary>
    Stopped,
}

/// <summary>What is kept of a recording until the end of the call: little, since there may be many.</summary>
/// <param name="Path">The recording, as the user wrote it or as it was found.</param>
/// <param name="Folder">Where its parts go.</param>
internal sealed record BatchEntry(string Path, string Folder)
{
    /// <summary>How it ended.</summary>
    public required FileState State { get; init; }

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Why it failed, in one line.</summary>
    public string? Error { get; init; }

    /// <summary>What <c>--json</c> prints of it.</summary>
    public JsonObject? Result { get; init; }

    /// <summary>Its name, exit code and reason, the name once.</summary>
    public string Line
    {
        get
        {
            string name = $"'{ErrorMessages.OneLine(Path)}': ";
            string reason = Error?.StartsWith(name, StringComparison.Ordinal) == true ? Error[name.Length..] : Error ?? "";
            return ErrorMessages.OneLine($"{Path}: exit code {ExitCode}: {reason}");
        }
    }

    /// <summary>Its entry in the JSON document.</summary>
    public JsonObject Document() => new()
    {
        ["file"] = Path,
        ["folder"] = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Folder)),
        ["outcome"] = Words.FileStates.For(State),
        ["exitCode"] = ExitCode,
        ["error"] = Error,
        ["result"] = Result,
    };
}
