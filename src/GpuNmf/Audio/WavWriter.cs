namespace GpuNmf.Audio;

/// <summary>Writes one WAV file block by block. It owns the stream.</summary>
/// <remarks>
/// The header is written first with every size 0, which readers take as "to the end of the file" should the program be killed;
/// <see cref="Complete"/> writes it again with the sizes.
/// </remarks>
internal sealed class WavWriter : IDisposable
{
    private const int BlockBytes = 12 * 1024;      // a whole number of samples of every width

    private readonly Stream _stream;
    private readonly WavLayout _layout;
    private readonly SampleEncoder _encoder;
    private readonly int _channels;
    private readonly int _bytesPerSample;
    private readonly long _maxRiffBytes;
    private bool _closed;

    /// <param name="stream">Empty and seekable.</param>
    /// <param name="encoding">How samples are stored.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="sampleRateHz">At least 1.</param>
    /// <param name="maxRiffBytes">Above this the file becomes RF64; for tests.</param>
    public WavWriter(Stream stream, WavEncoding encoding, int channels, int sampleRateHz, long maxRiffBytes = WavLayout.MaxRiffBytes)
    {
        _layout = new WavLayout(encoding, channels, sampleRateHz);
        _encoder = new SampleEncoder(encoding, channels);
        _channels = channels;
        _bytesPerSample = SampleEncoder.BytesPerSample(encoding);
        _maxRiffBytes = maxRiffBytes;
        _stream = stream;
        _stream.Write(UnfinishedHeader());
    }

    /// <summary>Sample frames written so far.</summary>
    public long Frames => _encoder.Frames;

    /// <summary>Creates a file, replacing one of that name.</summary>
    public static WavWriter Create(string path, WavEncoding encoding, int channels, int sampleRateHz)
    {
        _ = new WavLayout(encoding, channels, sampleRateHz);      // refuses before a file is replaced
        // Not FileMode.Create: it truncates a new file too, and ext4 then sends all of it to the disk on closing.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            if (stream.Length > 0) stream.SetLength(0);
            return new WavWriter(stream, encoding, channels, sampleRateHz);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Appends sample frames.</summary>
    /// <exception cref="ArgumentException">The block is no whole number of frames, or holds a sample that the encoding cannot.</exception>
    public void Write(ReadOnlySpan<float> interleaved)
    {
        if (interleaved.Length % _channels != 0)
            throw new ArgumentException($"The block holds {interleaved.Length} samples, no multiple of {_channels} channels.", nameof(interleaved));
        Span<byte> block = stackalloc byte[BlockBytes];
        while (!interleaved.IsEmpty)
        {
            int samples = Math.Min(interleaved.Length, BlockBytes / _bytesPerSample);
            _encoder.Encode(interleaved[..samples], block);
            _stream.Write(block[..(samples * _bytesPerSample)]);
            interleaved = interleaved[samples..];
        }
    }

    /// <summary>Pads the data, writes the sizes into the header and closes the file, also when that fails. A second call does nothing.</summary>
    public void Complete()
    {
        if (_closed) return;
        _closed = true;
        using (_stream)
        {
            if ((Frames * _layout.FrameBytes & 1) != 0) _stream.WriteByte(0);
            _stream.Position = 0;
            _stream.Write(_layout.Header(Frames, _maxRiffBytes));
        }
    }

    /// <summary>What was written.</summary>
    public StemFileInfo Describe(string fileName) => _encoder.Describe(fileName);

    /// <summary>A file that is given up early holds what was written, readable as far as the disk lets it be: what went wrong before counts,
    /// and is not replaced by an error of the clearing up.</summary>
    public void Dispose()
    {
        try
        {
            Complete();
        }
        catch (IOException)
        {
            // The stream is closed all the same.
        }
    }

    /// <summary>Closes the file as it is, its header unfinished: it is about to be deleted. Throws nothing.</summary>
    public void Abandon()
    {
        _closed = true;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The buffer could not be written; the stream is closed all the same.
        }
    }

    private byte[] UnfinishedHeader()
    {
        byte[] header = _layout.Header(0, WavLayout.MaxRiffBytes);
        header.AsSpan(4, 4).Clear();      // RIFF size; the data size is 0 already
        return header;
    }
}
