using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Inputs;
using GpuNmf.Cli.Output;
using GpuNmf.Masking;

namespace GpuNmf.Cli;

/// <summary>The recording of a request: open, and once there are samples, known to suit it.</summary>
/// <remarks>A WAV file has samples when it is opened. Any other is decoded later, into the folder where the work happens, so that nothing is decoded for an output
/// that is refused.</remarks>
internal sealed class RecordingFile : IDisposable
{
    private readonly AudioFile _file;
    private readonly InputRequest _input;
    private readonly Action<IAudioSource> _requireFit;
    private IAudioSource? _samples;
    private string? _sha256;

    private RecordingFile(AudioFile file, InputRequest input, Action<IAudioSource> requireFit)
    {
        _file = file;
        _input = input;
        _requireFit = requireFit;
    }

    /// <summary>False until the samples are there.</summary>
    public bool IsReady => _samples is not null;

    /// <summary>The piece to separate.</summary>
    /// <exception cref="InvalidOperationException">The recording is not ready.</exception>
    public IAudioSource Samples => _samples ?? throw new InvalidOperationException($"'{_input.Path}' has not been decoded.");

    /// <summary>Bytes on disk that decoding will take, of the whole file, as far as that states its length; 0 where there is nothing to decode.</summary>
    public long DecodedBytes => _file.NeedsDecoding ? sizeof(float) * _file.StatedLength.GetValueOrDefault() * _file.Channels : 0;

    /// <summary>Of the file's bytes.</summary>
    /// <exception cref="InvalidOperationException">The recording is not hashed.</exception>
    public string Sha256 => _sha256 ?? throw new InvalidOperationException($"'{_input.Path}' has not been hashed.");

    /// <summary>What was opened and hashed.</summary>
    public RecordingInfo Info => new(Path.GetFileName(_input.Path), _file.Encoding, Samples.SampleRateHz, Samples.Channels, Samples.Length, Sha256);

    /// <summary>What is wrong with the file although it could be read.</summary>
    public IReadOnlyList<string> Warnings => _file.Warnings;

    /// <exception cref="CliException">There is no such file, it is empty or too short, the piece lies outside of it, or the options do not suit it.</exception>
    /// <exception cref="AudioFormatException">It is no audio.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static RecordingFile Open(SeparateRequest request, CancellationToken cancellation)
    {
        ReadInOutput.Refuse([request.Output.Folder], [("INPUT", request.Input.Path), .. request.SideFiles]);
        return Open(request.Input, samples => RequireFit(request, samples), cancellation);
    }

    /// <summary>The same with a length alone where it is no WAV file: for a request that writes nothing.</summary>
    /// <inheritdoc cref="Open(SeparateRequest, CancellationToken)"/>
    public static RecordingFile OpenToPlan(SeparateRequest request, CancellationToken cancellation)
    {
        RecordingFile recording = Open(request.Input, samples => RequireFit(request, samples), cancellation);
        try
        {
            if (!recording.IsReady) recording.StandIn();
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="Open(SeparateRequest, CancellationToken)"/>
    public static RecordingFile Open(SweepRequest request, CancellationToken cancellation)
    {
        ReadInOutput.Refuse([request.Folder], [("INPUT", request.Input.Path)]);
        return Open(request.Input, samples =>
        {
            ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
            ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
        }, cancellation);
    }

    /// <inheritdoc cref="Open(SeparateRequest, CancellationToken)"/>
    public static RecordingFile Open(LearnRequest request, CancellationToken cancellation) => Open(request.Input, samples =>
    {
        ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
        ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
    }, cancellation);

    /// <summary>Finds what tells this file from others of its name.</summary>
    /// <exception cref="CliException">It cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public void Hash(CancellationToken cancellation)
    {
        try
        {
            _sha256 = FileHash.Of(_input.Path, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Input, $"'{_input.Path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Makes samples of a file that is not ready.</summary>
    /// <param name="workFolder">Has room for 4 bytes a sample; nothing stays in it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="CliException">The recording is empty or does not suit the request, or the folder takes no more.</exception>
    /// <exception cref="AudioFormatException">It cannot be decoded to its end.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public void Decode(string workFolder, CancellationToken cancellation)
    {
        if (IsReady) return;
        _file.DecodeIn(workFolder, cancellation);
        Take(_file.Samples);
    }

    /// <summary>Takes silence of the length that a file states for its samples.</summary>
    private void StandIn()
    {
        long length = _file.StatedLength ?? throw Unsuitable($"'{_input.Path}' does not say how long it is; decode it first, such as with 'ffmpeg -i INPUT recording.wav'");
        Take(new Silence(_file.SampleRateHz, _file.Channels, length));
    }

    public void Dispose() => _file.Dispose();

    private static RecordingFile Open(InputRequest input, Action<IAudioSource> requireFit, CancellationToken cancellation)
    {
        if (input.Path.Length == 0) throw Unsuitable("INPUT is an empty name; name a recording");
        var recording = new RecordingFile(AudioFiles.Open(input.Path, "", cancellation), input, requireFit);
        try
        {
            if (!recording._file.NeedsDecoding) recording.Take(recording._file.Samples);
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    private void Take(IAudioSource whole)
    {
        if (whole.Length == 0) throw Unsuitable($"'{_input.Path}' is empty: it holds no samples");
        IAudioSource piece = _input is { StartSeconds: 0, DurationSeconds: null }
            ? whole
            : ErrorMessages.Refusing(ExitCodes.Usage, () => AudioSlice.FromSeconds(whole, _input.StartSeconds, _input.DurationSeconds));
        _requireFit(piece);
        _samples = piece;
    }

    private static void RequireFit(SeparateRequest request, IAudioSource samples)
    {
        if (request.Output.Format == StemFileFormat.Flac) RequireFlac(request.Input.Path, samples);
        int mostChannels = WavStemSink.MaxChannels(request.Output.Encoding);
        if (samples.Channels > mostChannels)
            throw Unsuitable($"'{request.Input.Path}' has {samples.Channels} channels; a WAV file of {Words.Encodings.For(request.Output.Encoding)} holds at most {mostChannels}, of pcm16 {WavStemSink.MaxChannels(WavEncoding.Pcm16)}");
        long frames = ErrorMessages.Refusing(ExitCodes.Input, () => request.Options.Stft.FrameCount(samples.Length), $"'{request.Input.Path}': ");
        int rows = request.Options.Reconstruction.Channels == ChannelMode.Stack ? samples.Channels : 1;
        request.Dictionaries?.RequireFit(request.Options, samples.SampleRateHz);
        request.Start.RequireShape(request.Options.Stft.Bins, frames * rows);
        ErrorMessages.Refusing(ExitCodes.Usage, () => request.Options.ValidateFor(samples));
    }

    private static void RequireFlac(string path, IAudioSource samples)
    {
        if (samples.Channels > FlacEncoder.MaxChannels)
            throw Unsuitable($"'{path}' has {samples.Channels} channels; a FLAC file holds at most {FlacEncoder.MaxChannels}, so take --format wav");
        if (!FlacEncoder.Holds(samples.SampleRateHz))
            throw Unsuitable($"'{path}' has {samples.SampleRateHz} Hz; ffmpeg writes FLAC files of 1 to 65534 Hz and of multiples of 10 up to 655340 Hz, so take --format wav");
    }

    private sealed record Silence(int SampleRateHz, int Channels, long Length) : IAudioSource
    {
        public void Read(long start, Span<float> interleaved) => interleaved.Clear();
    }

    private static CliException Unsuitable(string message) => new(ExitCodes.Input, message);
}
