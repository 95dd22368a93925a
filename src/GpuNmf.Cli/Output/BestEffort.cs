namespace GpuNmf.Cli.Output;

/// <summary>What is said on the side and must not stop the work.</summary>
internal static class BestEffort
{
    /// <summary>Writes a line to stderr; a closed or full stderr is nobody to tell, and neither ends a run nor changes its exit code.</summary>
    public static void TryWriteLine(this TextWriter stderr, string line)
    {
        try
        {
            stderr.WriteLine(line);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell.
        }
    }
}
