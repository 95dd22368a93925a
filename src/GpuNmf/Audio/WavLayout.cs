using System.Buffers.Binary;

namespace GpuNmf.Audio;

/// <summary>The header of a WAV file that is written: which chunks it has, and their bytes.</summary>
/// <remarks>
/// RIFF, WAVE, JUNK (28 bytes; becomes ds64 when the file outgrows RIFF), fmt, fact (float only), data. The fmt chunk is
/// WAVE_FORMAT_EXTENSIBLE for more than two channels or more than 16 bits of PCM, as Microsoft's rules ask.
/// </remarks>
internal sealed class WavLayout
{
    /// <summary>The largest RIFF size that fits its 32-bit field; all ones means "see ds64".</summary>
    public const long MaxRiffBytes = uint.MaxValue - 1L;

    private const int RiffBytes = 12;
    private const int SizesBytes = 8 + 28;
    private const int FactBytes = 8 + 4;
    private const int DataHeaderBytes = 8;
    private const uint MaskFrontCenter = 0x4;
    private const uint MaskFrontLeftRight = 0x3;

    private readonly WavEncoding _encoding;
    private readonly int _channels;
    private readonly int _sampleRateHz;

    /// <exception cref="ArgumentException">The channels do not fit the format's 16-bit block size, or the encoding is unknown.</exception>
    public WavLayout(WavEncoding encoding, int channels, int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        if (channels > MaxChannels(encoding))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"A WAV file of {encoding} holds at most {MaxChannels(encoding)} channels.");
        _encoding = encoding;
        _channels = channels;
        _sampleRateHz = sampleRateHz;
        FrameBytes = channels * SampleEncoder.BytesPerSample(encoding);
    }

    /// <summary>Channels at most: a block, one sample of each, has its size in 16 bits.</summary>
    public static int MaxChannels(WavEncoding encoding) => ushort.MaxValue / SampleEncoder.BytesPerSample(encoding);

    /// <summary>Bytes of one sample frame.</summary>
    public int FrameBytes { get; }

    /// <summary>Bytes before the first sample; the same for RIFF and RF64.</summary>
    public int HeaderBytes => RiffBytes + SizesBytes + 8 + FormatBytes + (IsFloat ? FactBytes : 0) + DataHeaderBytes;

    private bool IsFloat => _encoding == WavEncoding.Float32;

    private bool IsExtensible => _channels > 2 || _encoding == WavEncoding.Pcm24;

    private int FormatBytes => IsExtensible ? 40 : IsFloat ? 18 : 16;

    /// <summary>The header for a length in sample frames.</summary>
    /// <param name="frames">Sample frames in the file.</param>
    /// <param name="maxRiffBytes">Above this the file becomes RF64; <see cref="MaxRiffBytes"/> except in tests.</param>
    public byte[] Header(long frames, long maxRiffBytes)
    {
        long dataBytes = frames * FrameBytes;
        long riffBytes = HeaderBytes - 8 + dataBytes + (dataBytes & 1);
        bool is64 = riffBytes > maxRiffBytes;
        var header = new byte[HeaderBytes];
        var rest = new HeaderWriter(header);
        rest.Bytes(is64 ? "RF64"u8 : "RIFF"u8);
        rest.Size(riffBytes, is64);
        rest.Bytes("WAVE"u8);
        rest.Bytes(is64 ? "ds64"u8 : "JUNK"u8);
        rest.UInt32(SizesBytes - 8);
        rest.Int64(is64 ? riffBytes : 0);
        rest.Int64(is64 ? dataBytes : 0);
        rest.Int64(is64 ? frames : 0);
        rest.UInt32(0);      // length of ds64's table of further long chunks
        WriteFormat(ref rest);
        if (IsFloat)
        {
            rest.Bytes("fact"u8);
            rest.UInt32(FactBytes - 8);
            rest.Size(frames, is64);
        }
        rest.Bytes("data"u8);
        rest.Size(dataBytes, is64);
        return header;
    }

    private void WriteFormat(ref HeaderWriter rest)
    {
        int codec = IsFloat ? WavCodec.Float : WavCodec.Pcm;
        int bits = 8 * (FrameBytes / _channels);
        rest.Bytes("fmt "u8);
        rest.UInt32((uint)FormatBytes);
        rest.UInt16(IsExtensible ? WavCodec.Extensible : codec);
        rest.UInt16(_channels);
        rest.UInt32((uint)_sampleRateHz);
        rest.UInt32((uint)Math.Min(uint.MaxValue, (long)_sampleRateHz * FrameBytes));
        rest.UInt16(FrameBytes);
        rest.UInt16(bits);
        if (FormatBytes == 16) return;
        rest.UInt16(FormatBytes - 18);
        if (!IsExtensible) return;
        rest.UInt16(bits);
        // Where more than two channels belong is not known here, and 0 says so.
        rest.UInt32(_channels switch { 1 => MaskFrontCenter, 2 => MaskFrontLeftRight, _ => 0 });
        rest.UInt32((uint)codec);
        rest.Bytes([0x00, 0x00, 0x10, 0x00]);
        rest.Bytes(WavFormat.SubFormatTail);
    }

    private ref struct HeaderWriter(Span<byte> rest)
    {
        private Span<byte> _rest = rest;

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_rest);
            _rest = _rest[bytes.Length..];
        }

        public void UInt16(int value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_rest, (ushort)value);
            _rest = _rest[2..];
        }

        public void UInt32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_rest, value);
            _rest = _rest[4..];
        }

        public void Int64(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
            _rest = _rest[8..];
        }

        public void Size(long value, bool inSizes64) => UInt32(inSizes64 ? uint.MaxValue : (uint)value);
    }
}
