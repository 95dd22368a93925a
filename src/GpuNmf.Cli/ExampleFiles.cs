using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Grouping;

namespace GpuNmf.Cli;

/// <summary>The recordings of single sources that a request names, open and known to suit it.</summary>
internal sealed class ExampleFiles : IDisposable
{
    private readonly List<WavSource> _files = [];

    private ExampleFiles(SeparationOptions options) => Options = options;

    /// <summary>The options with the examples.</summary>
    public SeparationOptions Options { get; private set; }

    /// <exception cref="CliException">There is no such file, or it does not suit the recording.</exception>
    /// <exception cref="AudioFormatException">It is no audio.</exception>
    public static ExampleFiles Open(SeparateRequest request, IAudioSource recording)
    {
        var examples = new ExampleFiles(request.Options);
        if (request.Grouping is not { Method: GroupingMethod.Examples } grouping) return examples;
        try
        {
            foreach (string path in grouping.ExamplePaths) examples._files.Add(OpenFile(path));
            examples.Options = request.Options with { Grouping = new GroupingOptions { Sources = grouping.Sources, Method = grouping.Method, Examples = examples._files } };
            ErrorMessages.Refusing(ExitCodes.Input, () => examples.Options.ValidateFor(recording));
            return examples;
        }
        catch
        {
            examples.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (WavSource file in _files) file.Dispose();
    }

    private static WavSource OpenFile(string path)
    {
        NamedFile.Require("--example", path);
        try
        {
            return WavSource.Open(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Input, $"--example '{path}': no such file", exception);
        }
        catch (AudioFormatException exception)
        {
            throw new CliException(ExitCodes.Input, $"--example '{path}': {exception.Message}", exception);
        }
    }
}
