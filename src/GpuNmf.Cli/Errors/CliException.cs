namespace GpuNmf.Cli.Errors;

/// <summary>An error of the user's or of the surroundings whose message and exit code are already settled.</summary>
internal sealed class CliException : Exception
{
    public CliException(int exitCode, string message, Exception? innerException = null)
        : base(message, innerException) => ExitCode = exitCode;

    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; }
}
