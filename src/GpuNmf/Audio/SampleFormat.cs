using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuNmf.Audio;

/// <summary>What the bits of one stored sample mean.</summary>
internal enum SampleKind
{
    /// <summary>Offset binary, silence at half of the range: the rule for WAV samples of at most 8 bits.</summary>
    Unsigned,

    /// <summary>Two's complement.</summary>
    Signed,

    /// <summary>IEEE 754.</summary>
    Float,

    /// <summary>A code of G.711's A-law.</summary>
    ALaw,

    /// <summary>A code of G.711's mu-law.</summary>
    MuLaw,
}

/// <summary>How one sample lies in the file.</summary>
/// <param name="Kind">Meaning of the bits.</param>
/// <param name="Bytes">Bytes a sample: 1 (unsigned and the laws), 2 to 8 (signed), 4 or 8 (float).</param>
/// <param name="BigEndian">The most significant byte comes first, as in RIFX.</param>
internal readonly record struct SampleFormat(SampleKind Kind, int Bytes, bool BigEndian)
{
    /// <summary>The file's bytes are float32 values as this machine holds them.</summary>
    public bool IsNativeFloat32 => Kind == SampleKind.Float && Bytes == 4 && BigEndian != BitConverter.IsLittleEndian;

    /// <summary>Turns stored samples into float32, full scale at ±1. Works in <paramref name="block"/>, whose content is lost.</summary>
    /// <param name="block">Samples x <see cref="Bytes"/> bytes.</param>
    /// <param name="samples">Receives one value a sample.</param>
    public void Decode(Span<byte> block, Span<float> samples)
    {
        bool reversed = BigEndian == BitConverter.IsLittleEndian;
        switch (Kind, Bytes)
        {
            case (SampleKind.Unsigned, 1): DecodeUnsigned8(block, samples); break;
            case (SampleKind.Signed, 2): DecodeSigned16(InHostOrder<short>(block, reversed), samples); break;
            case (SampleKind.Signed, 3): DecodeSigned24(block, samples, BigEndian); break;
            case (SampleKind.Signed, 4): DecodeSigned32(InHostOrder<int>(block, reversed), samples); break;
            case (SampleKind.Signed, > 4 and <= 8): DecodeSignedWide(block, samples); break;
            case (SampleKind.Float, 4): DecodeFloat32(InHostOrder<int>(block, reversed), samples); break;
            case (SampleKind.Float, 8): DecodeFloat64(InHostOrder<long>(block, reversed), samples); break;
            case (SampleKind.ALaw, 1): DecodeCodes(block, Companding.ALaw, samples); break;
            case (SampleKind.MuLaw, 1): DecodeCodes(block, Companding.MuLaw, samples); break;
            default: throw new InvalidOperationException($"No decoder for {Kind} samples of {Bytes} bytes.");
        }
    }

    private static Span<T> InHostOrder<T>(Span<byte> block, bool reversed) where T : struct
    {
        Span<T> words = MemoryMarshal.Cast<byte, T>(block);
        if (!reversed) return words;
        if (typeof(T) == typeof(short)) Reverse(MemoryMarshal.Cast<byte, short>(block));
        else if (typeof(T) == typeof(int)) Reverse(MemoryMarshal.Cast<byte, int>(block));
        else Reverse(MemoryMarshal.Cast<byte, long>(block));
        return words;
    }

    private static void Reverse(Span<short> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<int> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void Reverse(Span<long> words) => BinaryPrimitives.ReverseEndianness(words, words);

    private static void DecodeUnsigned8(ReadOnlySpan<byte> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = (stored[i] - 128) * (1f / (1 << 7));
    }

    private static void DecodeSigned16(ReadOnlySpan<short> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = stored[i] * (1f / (1 << 15));
    }

    private static void DecodeSigned24(ReadOnlySpan<byte> stored, Span<float> samples, bool bigEndian)
    {
        int low = bigEndian ? 2 : 0;
        int high = 2 - low;
        for (int i = 0; i < samples.Length; i++)
        {
            ReadOnlySpan<byte> bytes = stored.Slice(3 * i, 3);
            samples[i] = ((sbyte)bytes[high] << 16 | bytes[1] << 8 | bytes[low]) * (1f / (1 << 23));
        }
    }

    // A 32-bit integer is rounded once, to float32's 24 bits; the scale is a power of two and exact.
    private static void DecodeSigned32(ReadOnlySpan<int> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = stored[i] * (1f / (1u << 31));
    }

    // Moved up to 64 bits, which are rounded once.
    private void DecodeSignedWide(ReadOnlySpan<byte> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            ulong bits = 0;
            for (int b = 0; b < Bytes; b++) bits = bits << 8 | stored[i * Bytes + (BigEndian ? b : Bytes - 1 - b)];
            samples[i] = (long)(bits << 8 * (8 - Bytes)) * (1f / (1ul << 63));
        }
    }

    private static void DecodeCodes(ReadOnlySpan<byte> stored, float[] values, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = values[stored[i]];
    }

    private static void DecodeFloat32(ReadOnlySpan<int> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = BitConverter.Int32BitsToSingle(stored[i]);
    }

    private static void DecodeFloat64(ReadOnlySpan<long> stored, Span<float> samples)
    {
        for (int i = 0; i < samples.Length; i++) samples[i] = (float)BitConverter.Int64BitsToDouble(stored[i]);
    }
}
