using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli;

/// <summary>What every command needs from its surroundings.</summary>
/// <param name="Stdout">Results; written to through <see cref="Print"/>.</param>
/// <param name="Stderr">Progress, warnings, errors; written to through <see cref="BestEffort.TryWriteLine"/>.</param>
/// <param name="Engine">Does the work.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Stdout, TextWriter Stderr, IEngine Engine, CancellationToken Cancellation)
{
    /// <summary>Writes a result to stdout.</summary>
    /// <param name="write">Writes it.</param>
    /// <param name="done">Ends the message of a failure: what the command has done all the same.</param>
    /// <exception cref="CliException">Stdout is full or closed.</exception>
    public void Print(Action<TextWriter> write, string done = "")
    {
        try
        {
            write(Stdout);
            Stdout.Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write to standard output: {exception.Message.TrimEnd('.')}{done}", exception);
        }
    }
}
