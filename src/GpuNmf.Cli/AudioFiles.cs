using GpuNmf.Audio;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli;

/// <summary>Opens and decodes the files that a request names.</summary>
internal static class AudioFiles
{
    /// <param name="path">As the user wrote it.</param>
    /// <param name="option">The option that names it with a space behind; empty for INPUT.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">There is no such file.</exception>
    /// <exception cref="AudioFormatException">It is no audio.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static AudioFile Open(string path, string option, CancellationToken cancellation)
    {
        try
        {
            return AudioFile.Open(path, cancellation: cancellation);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Input, $"{option}'{path}': no such file", exception);
        }
    }

    /// <summary>Makes samples of a file; a folder that takes no more is the output's fault.</summary>
    /// <exception cref="CliException">The folder takes no more.</exception>
    /// <exception cref="AudioFormatException">It cannot be decoded to its end.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static void DecodeIn(this AudioFile file, string workFolder, CancellationToken cancellation)
    {
        try
        {
            file.Decode(workFolder, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Output, $"cannot write the decoded samples to '{workFolder}': {exception.Message}", exception);
        }
    }
}
