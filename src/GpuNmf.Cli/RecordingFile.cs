using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Masking;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli;

/// <summary>The recording of a request, open and known to suit it.</summary>
internal sealed class RecordingFile : IDisposable
{
    private readonly WavSource _file;
    private readonly string _path;

    private RecordingFile(WavSource file, string path, IAudioSource samples)
    {
        _file = file;
        _path = path;
        Samples = samples;
    }

    /// <summary>The piece to separate.</summary>
    public IAudioSource Samples { get; }

    /// <summary>What was opened.</summary>
    public RecordingInfo Info => new(Path.GetFileName(_path), _file.Encoding, Samples.SampleRateHz, Samples.Channels, Samples.Length);

    /// <summary>What is wrong with the file although it could be read.</summary>
    public IReadOnlyList<string> Warnings => _file.Warnings;

    /// <exception cref="CliException">There is no such file, it is empty or too short, the piece lies outside of it, or the options do not suit it.</exception>
    /// <exception cref="AudioFormatException">It is no audio.</exception>
    public static RecordingFile Open(SeparateRequest request)
    {
        RefuseInputInOutput(
            request.Output.Folder,
            [
                ("INPUT", request.Input.Path), ("--init-templates", request.Start.TemplatesPath), ("--init-activations", request.Start.ActivationsPath),
                .. request.Grouping?.ExamplePaths.Select(example => ("--example", (string?)example)) ?? [],
                .. request.Dictionaries?.Files.Select(file => ("--dictionary", (string?)file.Path)) ?? [],
            ]);
        return Open(request.Input, samples => RequireFit(request, samples));
    }

    /// <inheritdoc cref="Open(SeparateRequest)"/>
    public static RecordingFile Open(SweepRequest request)
    {
        RefuseInputInOutput(request.Folder, [("INPUT", request.Input.Path)]);
        return Open(request.Input, samples =>
        {
            ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
            ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
        });
    }

    /// <inheritdoc cref="Open(SeparateRequest)"/>
    public static RecordingFile Open(LearnRequest request) => Open(request.Input, samples =>
    {
        ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
        ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
    });

    public void Dispose() => _file.Dispose();

    private static RecordingFile Open(InputRequest input, Action<IAudioSource> requireFit)
    {
        WavSource file = OpenFile(input.Path);
        try
        {
            if (file.Length == 0) throw Unsuitable($"'{input.Path}' is empty: it holds no samples");
            bool isWhole = input is { StartSeconds: 0, DurationSeconds: null };
            IAudioSource samples = isWhole
                ? file
                : ErrorMessages.Refusing(ExitCodes.Usage, () => AudioSlice.FromSeconds(file, input.StartSeconds, input.DurationSeconds));
            requireFit(samples);
            return new RecordingFile(file, input.Path, samples);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static WavSource OpenFile(string path)
    {
        if (path.Length == 0) throw Unsuitable("INPUT is an empty name; name a WAV file");
        try
        {
            return WavSource.Open(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CliException(ExitCodes.Input, $"'{path}': no such file", exception);
        }
    }

    private static void RequireFit(SeparateRequest request, IAudioSource samples)
    {
        int mostChannels = WavStemSink.MaxChannels(request.Output.Encoding);
        if (samples.Channels > mostChannels)
            throw Unsuitable($"'{request.Input.Path}' has {samples.Channels} channels; a WAV file of {Words.Encodings.For(request.Output.Encoding)} holds at most {mostChannels}, of pcm16 {WavStemSink.MaxChannels(WavEncoding.Pcm16)}");
        long frames = ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
        int rows = request.Options.Reconstruction.Channels == ChannelMode.Stack ? samples.Channels : 1;
        request.Dictionaries?.RequireFit(request.Options, samples.SampleRateHz);
        request.Start.RequireShape(request.Options.Stft.Bins, frames * rows);
        ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
    }

    // With --force the old folder is deleted at the end, what a kill left is deleted at once, and what is read from there with them.
    private static void RefuseInputInOutput(string folder, (string Name, string? Path)[] read)
    {
        string target = RealPath.Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        foreach ((string name, string? path) in read)
        {
            if (string.IsNullOrEmpty(path)) continue;
            string file = RealPath.Of(path);
            foreach (string suffix in (string[])["", OutputFolder.PartialSuffix, OutputFolder.ReplacedSuffix])
                if (file.StartsWith(target + suffix + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                    throw new CliException(ExitCodes.Usage, $"{name} '{path}' lies in '{target + suffix}', where --out writes; choose another --out");
        }
    }

    private static CliException Unsuitable(string message) => new(ExitCodes.Input, message);
}
