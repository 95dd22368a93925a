namespace GpuNmf.Cli.Tests;

/// <summary>One command line run inside the test's process.</summary>
/// <param name="ExitCode">What the process would return.</param>
/// <param name="Stdout">All of it.</param>
/// <param name="Stderr">All of it.</param>
internal sealed record CliRun(int ExitCode, string Stdout, string Stderr)
{
    public static CliRun Of(params string[] args) => Of(new ToyEngine(), args);

    public static CliRun Of(IEngine engine, params string[] args) => Until(engine, args, TestContext.Current.CancellationToken);

    /// <summary>With a token that the test sets.</summary>
    public static CliRun Until(IEngine engine, string[] args, CancellationToken cancellation)
    {
        using var stdout = new StringWriter();
        using var stderr = new StringWriter();
        int exitCode = CommandLine.Run(args, stdout, stderr, engine, cancellation);
        return new CliRun(exitCode, stdout.ToString(), stderr.ToString());
    }

    /// <summary>Asserts an error as users see it: this exit code, one line that holds these pieces, nothing on stdout, no stack trace.</summary>
    public void AssertError(int exitCode, params string[] pieces)
    {
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, expected {exitCode}; stderr: {Stderr}");
        Assert.Equal("", Stdout);
        string line = Assert.Single(Stderr.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("gpunmf: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("(Parameter", Stderr, StringComparison.Ordinal);
        foreach (string piece in pieces) Assert.Contains(piece, line, StringComparison.Ordinal);
    }

    public CliRun AssertOk()
    {
        Assert.True(ExitCode == ExitCodes.Ok, $"exit code {ExitCode}; stderr: {Stderr}");
        return this;
    }
}
