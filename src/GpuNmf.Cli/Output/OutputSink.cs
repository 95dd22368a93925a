using GpuNmf.Audio;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Output;

/// <summary>Passes stems on to their files and says, when the disk refuses, that it was the output.</summary>
internal sealed class OutputSink(IStemSink files, string folder) : IStemSink
{
    public void Begin(StemFormat format)
    {
        try
        {
            files.Begin(format);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused(exception);
        }
    }

    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        try
        {
            files.Write(component, start, interleaved);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused(exception);
        }
    }

    private CliException Refused(Exception exception) =>
        new(ExitCodes.Output, $"cannot write to '{folder}': {exception.Message}", exception);
}
