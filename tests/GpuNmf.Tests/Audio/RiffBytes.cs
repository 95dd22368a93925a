using System.Buffers.Binary;
using System.Text;

namespace GpuNmf.Tests.Audio;

/// <summary>WAV files made byte by byte, valid or not, without the library.</summary>
internal static class RiffBytes
{
    /// <summary>RIFF (or RIFX) around chunks that lie in <paramref name="chunks"/> with their headers and padding.</summary>
    public static byte[] Riff(bool bigEndian, params byte[][] chunks) =>
        RiffOf(bigEndian ? "RIFX" : "RIFF", (uint)(4 + chunks.Sum(c => c.Length)), bigEndian, chunks);

    public static byte[] Riff(params byte[][] chunks) => Riff(false, chunks);

    public static byte[] RiffOf(string magic, uint riffBytes, bool bigEndian, params byte[][] chunks) =>
        [.. Text(magic), .. UInt32(riffBytes, bigEndian), .. Text("WAVE"), .. chunks.SelectMany(c => c)];

    /// <summary>A chunk with a padding byte where its size is odd.</summary>
    public static byte[] Chunk(string name, byte[] content, bool bigEndian = false) =>
        [.. ChunkClaiming(name, (uint)content.Length, content, bigEndian), .. content.Length % 2 == 1 ? [0] : Array.Empty<byte>()];

    /// <summary>A chunk that says it holds <paramref name="bytes"/> bytes, whatever it holds; not padded.</summary>
    public static byte[] ChunkClaiming(string name, uint bytes, byte[] content, bool bigEndian = false) =>
        [.. Text(name), .. UInt32(bytes, bigEndian), .. content];

    public static byte[] Format(int tag, int channels, int bits, bool bigEndian = false, int? blockAlign = null, uint rate = 8000) =>
        Chunk("fmt ", FormatContent(tag, channels, bits, bigEndian, blockAlign, rate), bigEndian);

    public static byte[] FormatContent(int tag, int channels, int bits, bool bigEndian = false, int? blockAlign = null, uint rate = 8000)
    {
        int block = blockAlign ?? channels * ((bits + 7) / 8);
        return
        [
            .. UInt16(tag, bigEndian), .. UInt16(channels, bigEndian), .. UInt32(rate, bigEndian),
            .. UInt32((uint)(rate * block), bigEndian), .. UInt16(block, bigEndian), .. UInt16(bits, bigEndian),
        ];
    }

    public static byte[] Extensible(int tag, int channels, int bits, int validBits, bool bigEndian = false) => Chunk("fmt ",
    [
        .. FormatContent(0xFFFE, channels, bits, bigEndian), .. UInt16(22, bigEndian), .. UInt16(validBits, bigEndian),
        .. UInt32(0, bigEndian), .. UInt32((uint)tag, bigEndian), .. UInt16(0, bigEndian), .. UInt16(0x10, bigEndian),
        0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71,
    ], bigEndian);

    public static byte[] Sizes64(ulong riffBytes, ulong dataBytes, ulong frames) => Chunk("ds64",
        [.. UInt64(riffBytes), .. UInt64(dataBytes), .. UInt64(frames), .. UInt32(0, false)]);

    public static byte[] Int16s(bool bigEndian, params short[] values) => [.. values.SelectMany(v => UInt16((ushort)v, bigEndian))];

    public static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    public static byte[] UInt16(int value, bool bigEndian)
    {
        var bytes = new byte[2];
        if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] UInt32(uint value, bool bigEndian)
    {
        var bytes = new byte[4];
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] UInt64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
