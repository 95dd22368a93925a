using System.Buffers.Binary;

namespace GpuNmf.Audio.Codecs;

/// <summary>The header of a Sun AU file, the plainest format that states rate and channels and can be written to a pipe.</summary>
/// <param name="Bytes">Where the samples begin.</param>
/// <param name="SampleRateHz">At least 1.</param>
/// <param name="Channels">At least 1.</param>
internal readonly record struct AuHeader(int Bytes, int SampleRateHz, int Channels)
{
    /// <summary>Magic, position of the samples, their bytes, encoding, rate, channels: 32 bits each, big-endian.</summary>
    public const int LeastBytes = 24;

    private const int Float32 = 6;
    private const int MostBytes = 1 << 16;

    /// <summary>Null where the bytes are no header of float32 samples.</summary>
    public static AuHeader? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LeastBytes || !bytes.StartsWith(".snd"u8) || Word(bytes, 3) != Float32) return null;
        var header = new AuHeader(Word(bytes, 1), Word(bytes, 4), Word(bytes, 5));
        return header is { Bytes: >= LeastBytes and <= MostBytes, SampleRateHz: >= 1, Channels: >= 1 } ? header : null;
    }

    /// <summary>Sample frames of a file of so many bytes.</summary>
    public long Frames(long fileBytes) => Math.Max(0, fileBytes - Bytes) / (sizeof(float) * Channels);

    private static int Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadInt32BigEndian(bytes[(4 * index)..]);
}
