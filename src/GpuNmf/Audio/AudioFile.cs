using GpuNmf.Audio.Codecs;

namespace GpuNmf.Audio;

/// <summary>A recording in a file of any format. A WAV file, told by its content, is read where it lies; any other has to be decoded first.</summary>
public sealed class AudioFile : IDisposable
{
    private readonly WavSource? _wav;
    private readonly IAudioDecoder? _decoder;
    private readonly EncodedSound? _encoded;
    private DecodedSound? _decoded;

    private AudioFile(WavSource wav) => _wav = wav;

    private AudioFile(IAudioDecoder decoder, EncodedSound encoded)
    {
        _decoder = decoder;
        _encoded = encoded;
    }

    /// <summary>True until <see cref="Decode"/> has made samples of the file; false from the start for a WAV file.</summary>
    public bool NeedsDecoding => _wav is null && _decoded is null;

    /// <summary>How samples are stored, for people: "PCM 16", "float 32", "flac 24", "mp3".</summary>
    public string Encoding => _wav?.Encoding ?? _encoded!.Encoding;

    /// <summary>Number of channels; before decoding as the file states it.</summary>
    public int Channels => _wav?.Channels ?? _decoded?.Channels ?? _encoded!.Channels;

    /// <summary>Sampling rate in hertz; before decoding as the file states it.</summary>
    public int SampleRateHz => _wav?.SampleRateHz ?? _decoded?.SampleRateHz ?? _encoded!.SampleRateHz;

    /// <summary>Length in sample frames: of a file that is not decoded as it states it, null where it states none.</summary>
    public long? StatedLength => _wav?.Length ?? _decoded?.Length ?? (_encoded!.StatedSeconds is { } seconds ? (long)Math.Round(seconds * _encoded.SampleRateHz) : null);

    /// <summary>What is wrong with the file although it could be read, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _wav?.Warnings ?? _decoded?.Warnings ?? _encoded!.Warnings;

    /// <summary>The samples.</summary>
    /// <exception cref="InvalidOperationException">The file has not been decoded yet.</exception>
    public IAudioSource Samples =>
        (IAudioSource?)_wav ?? _decoded ?? throw new InvalidOperationException($"{_encoded!.Path} has not been decoded; call {nameof(Decode)} first.");

    /// <summary>Opens a file and finds out what it holds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="decoder">Asked about everything that is no WAV file; null is <see cref="FfmpegDecoder"/>.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="AudioFormatException">The file holds no sound, is damaged, or cannot be decoded here; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public static AudioFile Open(string path, IAudioDecoder? decoder = null, CancellationToken cancellation = default)
    {
        try
        {
            return new AudioFile(WavSource.Open(path));
        }
        catch (AudioFormatException exception) when (exception.InnerException is null && IsOfAnotherFormat(path))
        {
            decoder ??= new FfmpegDecoder();
            return new AudioFile(decoder, decoder.Probe(path, cancellation));
        }
    }

    /// <summary>Decodes the file if that is still to be done.</summary>
    /// <param name="workFolder">An existing folder with room for 4 bytes a sample; nothing is left in it once this is disposed of.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AudioFormatException">The file is damaged or shorter than it claims, or the decoder failed.</exception>
    /// <exception cref="IOException">The work folder does not take the samples.</exception>
    /// <exception cref="OperationCanceledException">The token was set; nothing is left behind.</exception>
    public void Decode(string workFolder, CancellationToken cancellation = default)
    {
        if (NeedsDecoding) _decoded = _decoder!.Decode(_encoded!, workFolder, cancellation);
    }

    /// <summary>Closes the file and gives the decoded samples up.</summary>
    public void Dispose()
    {
        _wav?.Dispose();
        _decoded?.Dispose();
    }

    /// <summary>True for a file with content that does not begin as a WAV file does, so that it is no damaged one.</summary>
    private static bool IsOfAnotherFormat(string path)
    {
        if (Directory.Exists(path)) return false;
        Span<byte> start = stackalloc byte[12];
        using (FileStream file = File.OpenRead(path)) start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        ReadOnlySpan<byte> magic = start[..Math.Min(4, start.Length)];
        bool isRiff = magic.SequenceEqual("RIFF"u8) || magic.SequenceEqual("RIFX"u8) || magic.SequenceEqual("RF64"u8) || magic.SequenceEqual("BW64"u8);
        // RIFF data of another type may be a video.
        return !start.IsEmpty && (!isRiff || (start.Length == 12 && !start[8..].SequenceEqual("WAVE"u8)));
    }
}
