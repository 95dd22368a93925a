using System.Buffers.Binary;

namespace GpuNmf.Audio;

/// <summary>What a fmt chunk says.</summary>
/// <param name="Channels">1..65535.</param>
/// <param name="SampleRateHz">At least 1.</param>
/// <param name="Sample">How a sample lies in the file.</param>
/// <param name="Encoding">For people, such as "PCM 16".</param>
internal sealed record WavFormat(int Channels, int SampleRateHz, SampleFormat Sample, string Encoding)
{
    /// <summary>Bytes of a fmt chunk that can matter: WAVEFORMATEXTENSIBLE.</summary>
    public const int MaxChunkBytes = 40;

    private const int MinChunkBytes = 16;

    // KSDATAFORMAT_SUBTYPE_*: the codec's tag as Data1, 0x0000, 0x0010 (these three in the file's byte order), and these bytes.
    public static ReadOnlySpan<byte> SubFormatTail => [0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71];

    /// <summary>Bytes of one sample frame.</summary>
    public int FrameBytes => Channels * Sample.Bytes;

    /// <summary>Reads and checks a fmt chunk.</summary>
    /// <param name="chunk">Its first bytes, at most <see cref="MaxChunkBytes"/>.</param>
    /// <param name="bigEndian">The file is RIFX.</param>
    /// <param name="path">Of the file, for messages.</param>
    /// <param name="warnings">Receives what was wrong but could be read.</param>
    /// <exception cref="AudioFormatException">Too short, contradictory, or of a codec that is not read.</exception>
    public static WavFormat Parse(ReadOnlySpan<byte> chunk, bool bigEndian, string path, List<string> warnings)
    {
        if (chunk.Length < MinChunkBytes)
            throw WavErrors.Damaged(path, $"has a fmt chunk of {chunk.Length} bytes, at least {MinChunkBytes} are needed");
        int tag = UInt16(chunk, 0, bigEndian);
        int channels = UInt16(chunk, 2, bigEndian);
        uint rate = UInt32(chunk, 4, bigEndian);
        int blockAlign = UInt16(chunk, 12, bigEndian);
        int bits = UInt16(chunk, 14, bigEndian);
        int validBits = bits;
        if (tag == WavCodec.Extensible) (tag, validBits) = ParseExtension(chunk, bits, bigEndian, path);
        if (tag is not (WavCodec.Pcm or WavCodec.Float or WavCodec.ALaw or WavCodec.MuLaw)) throw WavErrors.Unsupported(path, WavCodec.Name(tag));
        if (channels == 0) throw WavErrors.Damaged(path, "claims 0 channels, at least 1 is needed");
        if (rate is 0 or > int.MaxValue) throw WavErrors.Damaged(path, $"claims a sampling rate of {rate} Hz, it must lie in 1..{int.MaxValue}");
        SampleFormat sample = Stored(tag, bits, bigEndian, path);
        sample = Aligned(sample, bits, channels, blockAlign, path, warnings);
        return new WavFormat(channels, (int)rate, sample, Describe(sample, validBits));
    }

    private static (int Tag, int ValidBits) ParseExtension(ReadOnlySpan<byte> chunk, int bits, bool bigEndian, string path)
    {
        if (chunk.Length < MaxChunkBytes)
            throw WavErrors.Damaged(path, $"has a fmt chunk of {chunk.Length} bytes, WAVE_FORMAT_EXTENSIBLE needs {MaxChunkBytes}");
        uint tag = UInt32(chunk, 24, bigEndian);
        bool known = tag <= ushort.MaxValue && UInt16(chunk, 28, bigEndian) == 0 && UInt16(chunk, 30, bigEndian) == 0x10
            && chunk.Slice(32, 8).SequenceEqual(SubFormatTail);
        if (!known) throw WavErrors.Unsupported(path, $"the unknown sub-format {new Guid(chunk.Slice(24, 16), bigEndian)}");
        int validBits = UInt16(chunk, 18, bigEndian);
        if (validBits > bits) throw WavErrors.Damaged(path, $"claims {validBits} valid bits in samples of {bits} bits");
        return ((int)tag, validBits == 0 ? bits : validBits);
    }

    // PCM samples narrower than their bytes are left-justified, so they are read as if all bits counted.
    private static SampleFormat Stored(int tag, int bits, bool bigEndian, string path) => (tag, bits) switch
    {
        (WavCodec.Pcm, >= 1 and <= 64) => Pcm((bits + 7) / 8, bigEndian),
        (WavCodec.Float, 32 or 64) => new SampleFormat(SampleKind.Float, bits / 8, bigEndian),
        (WavCodec.ALaw, 8) => new SampleFormat(SampleKind.ALaw, 1, bigEndian),
        (WavCodec.MuLaw, 8) => new SampleFormat(SampleKind.MuLaw, 1, bigEndian),
        (WavCodec.Float, _) => throw WavErrors.Unsupported(path, $"{bits}-bit float"),
        _ => throw WavErrors.Unsupported(path, $"{bits}-bit {WavCodec.Name(tag)}"),
    };

    private static SampleFormat Pcm(int bytes, bool bigEndian) =>
        new(bytes == 1 ? SampleKind.Unsigned : SampleKind.Signed, bytes, bigEndian);

    // The block size must be channels x bytes. 0 is a writer's omission; a larger one that gives every channel 3 or 4
    // bytes, or up to 8 where the samples take more than 4, is a wider container. Anything else contradicts itself, and guessing would turn music into noise.
    private static SampleFormat Aligned(SampleFormat sample, int bits, int channels, int blockAlign, string path, List<string> warnings)
    {
        int expected = channels * sample.Bytes;
        if (blockAlign == expected) return sample;
        if (blockAlign == 0)
        {
            warnings.Add($"The fmt chunk gives no block size; {expected} bytes follow from {channels} channels of {bits} bits.");
            return sample;
        }
        int container = blockAlign / channels;
        if (sample.Kind != SampleKind.Signed || blockAlign % channels != 0 || container < sample.Bytes || container > (sample.Bytes > 4 ? 8 : 4))
            throw WavErrors.Damaged(path, $"claims blocks of {blockAlign} bytes, {channels} channels of {bits} bits take {expected}");
        warnings.Add($"Samples of {bits} bits lie in {container} bytes each; they are read as left-justified.");
        return Pcm(container, sample.BigEndian);
    }

    private static string Describe(SampleFormat sample, int validBits)
    {
        int bits = 8 * sample.Bytes;
        return sample.Kind switch
        {
            SampleKind.Float => $"float {bits}",
            SampleKind.ALaw => WavCodec.Name(WavCodec.ALaw),
            SampleKind.MuLaw => WavCodec.Name(WavCodec.MuLaw),
            _ => validBits == bits ? $"PCM {bits}" : $"PCM {validBits} in {bits}",
        };
    }

    private static int UInt16(ReadOnlySpan<byte> chunk, int at, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(chunk[at..])
        : BinaryPrimitives.ReadUInt16LittleEndian(chunk[at..]);

    private static uint UInt32(ReadOnlySpan<byte> chunk, int at, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(chunk[at..])
        : BinaryPrimitives.ReadUInt32LittleEndian(chunk[at..]);
}
