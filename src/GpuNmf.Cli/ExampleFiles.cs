using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Grouping;

namespace GpuNmf.Cli;

/// <summary>The recordings of single sources that a request names: open, and once there are samples of all of them, known to suit it.</summary>
internal sealed class ExampleFiles : IDisposable
{
    private readonly List<AudioFile> _files = [];
    private readonly IReadOnlyList<string> _paths;
    private readonly GroupingRequest? _grouping;
    private readonly SeparationOptions _withoutExamples;
    private SeparationOptions? _options;

    private ExampleFiles(SeparateRequest request)
    {
        _withoutExamples = request.Options;
        _grouping = request.Grouping is { Method: GroupingMethod.Examples } grouping ? grouping : null;
        _paths = _grouping?.ExamplePaths ?? [];
    }

    /// <summary>The options with the examples.</summary>
    /// <exception cref="InvalidOperationException">Examples have not been decoded.</exception>
    public SeparationOptions Options => _options ?? throw new InvalidOperationException("The examples have not been decoded.");

    /// <exception cref="CliException">There is no such file, it is no audio, or does not suit the recording.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static ExampleFiles Open(SeparateRequest request, RecordingFile recording, CancellationToken cancellation)
    {
        var examples = new ExampleFiles(request);
        try
        {
            foreach (string path in examples._paths) examples._files.Add(Named(path, () => AudioFiles.Open(path, "--example ", cancellation)));
            if (recording.IsReady && !examples._files.Exists(file => file.NeedsDecoding)) examples.Take(recording.Samples);
            return examples;
        }
        catch
        {
            examples.Dispose();
            throw;
        }
    }

    /// <summary>Makes samples of those that are no WAV files.</summary>
    /// <param name="workFolder">Has room for 4 bytes a sample; nothing stays in it.</param>
    /// <param name="recording">Is ready.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">One cannot be decoded or does not suit the recording, or the folder takes no more.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public void Decode(string workFolder, RecordingFile recording, CancellationToken cancellation)
    {
        if (_options is not null) return;
        for (int i = 0; i < _files.Count; i++)
        {
            AudioFile file = _files[i];
            Named(_paths[i], () =>
            {
                file.DecodeIn(workFolder, cancellation);
                return file;
            });
        }
        Take(recording.Samples);
    }

    public void Dispose()
    {
        foreach (AudioFile file in _files) file.Dispose();
    }

    private void Take(IAudioSource recording)
    {
        SeparationOptions options = _grouping is null
            ? _withoutExamples
            : _withoutExamples with { Grouping = new GroupingOptions { Sources = _grouping.Sources, Method = _grouping.Method, Examples = [.. _files.Select(file => file.Samples)] } };
        if (_grouping is not null) ErrorMessages.Refusing(ExitCodes.Input, () => options.ValidateFor(recording));
        _options = options;
    }

    private static AudioFile Named(string path, Func<AudioFile> open)
    {
        NamedFile.Require("--example", path);
        try
        {
            return open();
        }
        catch (AudioFormatException exception)
        {
            throw new CliException(ExitCodes.Input, $"--example '{path}': {exception.Message}", exception);
        }
    }
}
