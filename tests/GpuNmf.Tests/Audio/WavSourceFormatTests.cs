using GpuNmf.Audio;
using Xunit;
using static GpuNmf.Tests.Audio.RiffBytes;

namespace GpuNmf.Tests.Audio;

/// <summary>Every sample format, from bytes written out by hand.</summary>
public sealed class WavSourceFormatTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(8, "PCM 8", new byte[] { 0x00, 0x80, 0xFF, 0x81 }, new[] { -1f, 0f, 127f / 128, 1f / 128 })]
    [InlineData(16, "PCM 16", new byte[] { 0x00, 0x80, 0xFF, 0x7F, 0x01, 0x00 }, new[] { -1f, 32767f / 32768, 1f / 32768 })]
    [InlineData(12, "PCM 12 in 16", new byte[] { 0xF0, 0x7F, 0x00, 0x40 }, new[] { 32752f / 32768, 0.5f })]
    [InlineData(24, "PCM 24", new byte[] { 0, 0, 0x80, 0xFF, 0xFF, 0x7F, 1, 0, 0, 0xFF, 0xFF, 0xFF }, new[] { -1f, 8388607f / 8388608, 1f / 8388608, -1f / 8388608 })]
    [InlineData(20, "PCM 20 in 24", new byte[] { 0xF0, 0xFF, 0x7F }, new[] { 8388592f / 8388608 })]
    [InlineData(32, "PCM 32", new byte[] { 0, 0, 0, 0x80, 0, 0, 0, 0x40, 0, 1, 0, 0 }, new[] { -1f, 0.5f, 1f / 8388608 })]
    [InlineData(36, "PCM 36 in 40", new byte[] { 0, 0, 0, 0, 0x80, 0x10, 0, 0, 0, 0xC0, 0xF0, 0xFF, 0xFF, 0xFF, 0x7F }, new[] { -1f, -0.5f, 1f })]
    [InlineData(48, "PCM 48", new byte[] { 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0xFF, 0xFF }, new[] { 0.5f, -1f / 32768 })]
    [InlineData(56, "PCM 56", new byte[] { 0, 0, 0, 0, 0, 0, 0xE0 }, new[] { -0.25f })]
    [InlineData(64, "PCM 64", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0 }, new[] { -1f, 1f / (1ul << 63) })]
    public void Integers_are_scaled_to_full_scale_1(int bits, string encoding, byte[] data, float[] want)
    {
        using WavSource source = Open(Riff(Format(1, 1, bits), Chunk("data", data)));
        Assert.Equal(encoding, source.Encoding);
        Assert.Equal(want, AudioBuffer.From(source).Interleaved.ToArray());
        Assert.Empty(source.Warnings);
    }

    [Fact]
    public void A_32_bit_integer_is_rounded_once_to_float32()
    {
        // 2^24 + 1 lies between two float32 values and goes to the even one; 2^31 - 1 goes up to full scale.
        byte[] data = [.. UInt32((1 << 24) + 1, false), .. UInt32((1 << 24) + 3, false), .. UInt32(int.MaxValue, false)];
        using WavSource source = Open(Riff(Format(1, 1, 32), Chunk("data", data)));
        Assert.Equal([16777216f / 2147483648f, 16777220f / 2147483648f, 1f], AudioBuffer.From(source).Interleaved.ToArray());
    }

    [Theory]
    [InlineData(32, false)]
    [InlineData(32, true)]
    [InlineData(64, false)]
    [InlineData(64, true)]
    public void Floats_are_read_as_they_are(int bits, bool bigEndian)
    {
        float[] want = [0f, -0f, 0.1f, -3.5f, float.Epsilon, float.MaxValue, float.PositiveInfinity, float.NaN];
        byte[] data = [.. want.SelectMany(v => InOrder(bits == 32 ? BitConverter.GetBytes(v) : BitConverter.GetBytes((double)v), bigEndian))];
        using WavSource source = Open(Riff(bigEndian, Format(3, 2, bits, bigEndian), Chunk("data", data, bigEndian)));
        Assert.Equal($"float {bits}", source.Encoding);
        Assert.Equal(4, source.Length);
        Assert.Equal(want.Select(BitConverter.SingleToInt32Bits), AudioBuffer.From(source).Interleaved.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Float64_is_rounded_to_the_nearest_float32()
    {
        byte[] data = [.. BitConverter.GetBytes(0.1), .. BitConverter.GetBytes(1 + Math.Pow(2, -25)), .. BitConverter.GetBytes(1e300)];
        using WavSource source = Open(Riff(Format(3, 1, 64), Chunk("data", data)));
        Assert.Equal([0.1f, 1f, float.PositiveInfinity], AudioBuffer.From(source).Interleaved.ToArray());
    }

    // ITU-T G.711, tables 1a and 2a: the value of every code, from the table's decision values and not from a program's shifts.
    [Theory]
    [InlineData(6, "A-law", false)]
    [InlineData(6, "A-law", true)]
    [InlineData(7, "mu-law", false)]
    [InlineData(7, "mu-law", true)]
    public void All_codes_of_the_two_laws_have_their_values(int tag, string encoding, bool bigEndian)
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(code => (byte)code)];
        using WavSource source = Open(Riff(bigEndian, Format(tag, 2, 8, bigEndian), Chunk("data", codes, bigEndian)));
        Assert.Equal((encoding, 2, 128L), (source.Encoding, source.Channels, source.Length));
        Assert.Empty(source.Warnings);
        Assert.Equal(codes.Select(code => (float)(tag == 6 ? ALaw(code) : DoubleWav.MuLaw(code))), AudioBuffer.From(source).Interleaved.ToArray());
    }

    [Fact]
    public void Known_codes_of_the_two_laws_have_known_values()
    {
        // Loudest, quietest and one in between of either sign, in units of 1/32768: what every telephone exchange makes of them.
        using WavSource a = Open(Riff(Format(6, 1, 8), Chunk("data", [0xAA, 0x2A, 0xD5, 0x55, 0xA5, 0x25])), "a.wav");
        Assert.Equal([32256, -32256, 8, -8, 16896, -16896], AudioBuffer.From(a).Interleaved.ToArray().Select(v => v * 32768));
        using WavSource mu = Open(Riff(Format(7, 1, 8), Chunk("data", [0x80, 0x00, 0xFF, 0x7F, 0xFE, 0x7E])), "mu.wav");
        Assert.Equal([32124, -32124, 0, 0, 8, -8], AudioBuffer.From(mu).Interleaved.ToArray().Select(v => v * 32768));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(32)]
    [InlineData(40)]
    [InlineData(48)]
    [InlineData(56)]
    [InlineData(64)]
    public void Big_endian_integers_equal_little_endian_ones(int bits)
    {
        int bytes = bits / 8;
        var random = new Random(20 + bits);
        var little = new byte[bytes * 5000 * 3];      // several blocks
        random.NextBytes(little);
        byte[] big = [.. little.Chunk(bytes).SelectMany(s => InOrder(s, true))];
        using WavSource a = Open(Riff(Format(1, 3, bits), Chunk("data", little)), "little.wav");
        using WavSource b = Open(Riff(true, Format(1, 3, bits, true), Chunk("data", big, true)), "big.wav");
        Assert.Equal(5000, b.Length);
        Assert.Equal(AudioBuffer.From(a).Interleaved.ToArray(), AudioBuffer.From(b).Interleaved.ToArray());
    }

    [Theory]
    [InlineData(1, 16, 16, "PCM 16", false)]
    [InlineData(1, 16, 16, "PCM 16", true)]
    [InlineData(1, 32, 24, "PCM 24 in 32", false)]
    [InlineData(1, 24, 0, "PCM 24", false)]
    [InlineData(3, 32, 32, "float 32", false)]
    [InlineData(3, 64, 64, "float 64", true)]
    [InlineData(1, 64, 53, "PCM 53 in 64", true)]
    [InlineData(6, 8, 8, "A-law", false)]
    [InlineData(7, 8, 8, "mu-law", true)]
    public void Extensible_names_codec_and_valid_bits(int tag, int bits, int validBits, string encoding, bool bigEndian)
    {
        using WavSource source = Open(Riff(bigEndian, Extensible(tag, 6, bits, validBits, bigEndian), Chunk("data", new byte[6 * bits / 8 * 7], bigEndian)));
        Assert.Equal((encoding, 6, 7L, 8000), (source.Encoding, source.Channels, source.Length, source.SampleRateHz));
    }

    [Fact]
    public void A_wider_container_is_left_justified_and_said_so()
    {
        using WavSource source = Open(Riff(Format(1, 2, 24, blockAlign: 8), Chunk("data", [0, 0, 0, 0x40, 0, 0, 0, 0xC0])));
        Assert.Equal([0.5f, -0.5f], AudioBuffer.From(source).Interleaved.ToArray());
        Assert.Equal("Samples of 24 bits lie in 4 bytes each; they are read as left-justified.", Assert.Single(source.Warnings));
    }

    [Fact]
    public void A_missing_block_size_follows_from_channels_and_bits()
    {
        using WavSource source = Open(Riff(Format(1, 2, 16, blockAlign: 0), Chunk("data", Int16s(false, 1, 2, 3, 4))));
        Assert.Equal(2, source.Length);
        Assert.Contains("no block size", Assert.Single(source.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Any_block_equals_that_part_of_the_whole(int channels)
    {
        const int frames = 9001;      // no multiple of a block of the reader
        var random = new Random(11);
        var data = new byte[3 * channels * frames];
        random.NextBytes(data);
        using WavSource source = Open(Riff(Format(1, channels, 24), Chunk("data", data)));
        AudioBuffer whole = AudioBuffer.From(source);
        foreach ((int start, int count) in new[] { (0, 1), (frames - 1, 1), (frames, 0), (4095, 3000), (1, frames - 1), (17, 0) })
        {
            var part = new float[count * channels];
            source.Read(start, part);
            Assert.Equal(whole.Interleaved.Slice(start * channels, part.Length), part);
        }
    }

    [Fact]
    public void A_block_outside_of_the_recording_is_refused()
    {
        using WavSource source = Open(Riff(Format(1, 2, 16), Chunk("data", Int16s(false, 1, 2, 3, 4))));
        var e = Assert.Throws<ArgumentOutOfRangeException>("start", () => source.Read(1, new float[4]));
        Assert.StartsWith("2 sample frames from here do not fit in 2.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("start", () => source.Read(-1, new float[2]));
        Assert.Throws<ArgumentOutOfRangeException>("start", () => source.Read(long.MaxValue, new float[2]));
        Assert.Throws<ArgumentException>("interleaved", () => source.Read(0, new float[3]));
    }

    [Fact]
    public void A_closed_source_says_so()
    {
        WavSource source = Open(Riff(Format(1, 1, 16), Chunk("data", Int16s(false, 1))));
        source.Dispose();
        Assert.Throws<ObjectDisposedException>(() => source.Read(0, new float[1]));
    }

    // Segment s above 0 covers 16 steps of 2^s from 16 x 2^s on, of 4096 in all; segment 0 has the steps of the first. Even bits are inverted.
    private static double ALaw(byte code)
    {
        int plain = code ^ 0b0101_0101, segment = plain / 16 % 8, step = plain % 16;
        double magnitude = segment == 0 ? (2 * step + 1) / 4096.0 : (2 * step + 33) * Math.Pow(2, segment - 1) / 4096;
        return plain >= 128 ? magnitude : -magnitude;
    }

    private static byte[] InOrder(byte[] little, bool bigEndian)
    {
        byte[] bytes = [.. little];
        if (bigEndian) Array.Reverse(bytes);
        return bytes;
    }

    private WavSource Open(byte[] content, string name = "a.wav") => WavSource.Open(_folder.Create(name, content));
}
