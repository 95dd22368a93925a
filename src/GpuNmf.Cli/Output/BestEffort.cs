using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Output;

/// <summary>What is said on the side and must not stop the work.</summary>
internal static class BestEffort
{
    /// <summary>Writes a text as one line to stderr; a closed or full stderr is nobody to tell, and neither ends a run nor changes its exit code.</summary>
    public static void TryWriteLine(this TextWriter stderr, string text)
    {
        try
        {
            stderr.WriteLine(ErrorMessages.OneLine(text));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell.
        }
    }
}
