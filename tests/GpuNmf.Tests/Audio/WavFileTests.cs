using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

/// <summary>What is written is what is read, and the header is what other programs expect.</summary>
public sealed class WavFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<WavEncoding, int, int> Shapes()
    {
        var rows = new TheoryData<WavEncoding, int, int>();
        foreach (WavEncoding encoding in Enum.GetValues<WavEncoding>())
            foreach (int channels in new[] { 1, 2, 3, 6, 8 })
                foreach (int frames in new[] { 0, 1, 2, 127, 70001 })      // the last spans several blocks
                    rows.Add(encoding, channels, frames);
        return rows;
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_recording_comes_back(WavEncoding encoding, int channels, int frames)
    {
        float[] samples = Noise(channels * frames, seed: 100 * channels + frames);
        StemFileInfo info = WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, channels, 44100), encoding);
        using WavSource source = WavSource.Open(_folder["a.wav"]);
        Assert.Equal((channels, 44100, (long)frames), (source.Channels, source.SampleRateHz, source.Length));
        Assert.Equal(encoding switch { WavEncoding.Float32 => "float 32", WavEncoding.Pcm16 => "PCM 16", _ => "PCM 24" }, source.Encoding);
        Assert.Empty(source.Warnings);
        Assert.Equal(("a.wav", encoding, (long)frames, 0L), (info.FileName, info.Encoding, info.Length, info.ClippedSamples));
        float[] got = AudioBuffer.From(source).Interleaved.ToArray();
        Assert.Equal(samples.Length, got.Length);
        // Rounding moves a sample by at most half a step; both values and their difference are exact in double.
        double allowed = encoding switch { WavEncoding.Float32 => 0, WavEncoding.Pcm16 => Math.Pow(2, -16), _ => Math.Pow(2, -24) };
        for (int i = 0; i < got.Length; i++)
            Assert.True(Math.Abs((double)got[i] - samples[i]) <= allowed, $"{encoding} sample {i}: {got[i]:R}, want {samples[i]:R} within {allowed:E1}");
    }

    [Theory]
    [InlineData(WavEncoding.Pcm16, 1, 1)]
    [InlineData(WavEncoding.Pcm16, 2, 1)]
    [InlineData(WavEncoding.Float32, 2, 3)]
    [InlineData(WavEncoding.Pcm16, 3, 0xFFFE)]
    [InlineData(WavEncoding.Float32, 6, 0xFFFE)]
    [InlineData(WavEncoding.Pcm24, 1, 0xFFFE)]
    public void The_header_follows_the_rules(WavEncoding encoding, int channels, int tag)
    {
        const int frames = 7;
        WavFile.Write(_folder["a.wav"], new AudioBuffer(Noise(frames * channels, 5), channels, 48000), encoding);
        byte[] file = File.ReadAllBytes(_folder["a.wav"]);
        Dictionary<string, byte[]> chunks = ChunksOf(file);
        Assert.Equal("RIFF"u8, file.AsSpan(0, 4));
        Assert.Equal((uint)file.Length - 8, BitConverter.ToUInt32(file, 4));
        byte[] format = chunks["fmt "];
        int bytes = encoding switch { WavEncoding.Float32 => 4, WavEncoding.Pcm16 => 2, _ => 3 };
        Assert.Equal(tag, BitConverter.ToUInt16(format, 0));
        Assert.Equal(channels, BitConverter.ToUInt16(format, 2));
        Assert.Equal(48000u, BitConverter.ToUInt32(format, 4));
        Assert.Equal((uint)(48000 * channels * bytes), BitConverter.ToUInt32(format, 8));
        Assert.Equal(channels * bytes, BitConverter.ToUInt16(format, 12));
        Assert.Equal(8 * bytes, BitConverter.ToUInt16(format, 14));
        Assert.Equal(tag switch { 1 => 16, 3 => 18, _ => 40 }, format.Length);
        Assert.Equal(frames * channels * bytes, chunks["data"].Length);
        Assert.Equal(28, chunks["JUNK"].Length);
        Assert.Equal(encoding == WavEncoding.Float32, chunks.ContainsKey("fact"));
        if (encoding == WavEncoding.Float32) Assert.Equal((uint)frames, BitConverter.ToUInt32(chunks["fact"]));
        if (tag == 0xFFFE) Assert.Equal(channels == 1 ? 4u : 0u, BitConverter.ToUInt32(format, 20));
    }

    [Theory]
    [InlineData(WavEncoding.Pcm16, 32768)]
    [InlineData(WavEncoding.Pcm24, 8388608)]
    public void Integers_round_to_nearest_ties_to_even_and_clip(WavEncoding encoding, int scale)
    {
        float step = 1f / scale;
        float below = MathF.BitDecrement(1f);
        float[] samples = [0.5f * step, 1.5f * step, 2.5f * step, -0.5f * step, -1.5f * step, 0.75f * step, 1f, -1f, 1.25f, -1.25f, below];
        // 1 - 2^-24 rounds to full scale in 16 bits; in 24 bits it is a tie, whose even neighbour is full scale as well.
        float most = (scale - 1) * step;
        StemFileInfo info = WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, 1, 8000), encoding);
        using WavSource source = WavSource.Open(_folder["a.wav"]);
        Assert.Equal([0, 2 * step, 2 * step, 0, -2 * step, step, most, -1f, most, -1f, most], AudioBuffer.From(source).Interleaved.ToArray());
        Assert.Equal(4, info.ClippedSamples);
        Assert.Equal(1.25, info.Peak);
    }

    [Theory]
    [InlineData(WavEncoding.Pcm16)]
    [InlineData(WavEncoding.Pcm24)]
    public void The_residual_is_that_of_the_file(WavEncoding encoding)
    {
        float[] samples = [.. Noise(20000, 3).Select(x => 0.3f * x), 1.5f, -2f];
        StemFileInfo info = WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, 2, 8000), encoding);
        using WavSource source = WavSource.Open(_folder["a.wav"]);
        float[] got = AudioBuffer.From(source).Interleaved.ToArray();
        double signal = 0, error = 0;
        for (int i = 0; i < got.Length; i++)
        {
            signal += (double)samples[i] * samples[i];
            error += ((double)got[i] - samples[i]) * ((double)got[i] - samples[i]);
        }
        Assert.Equal(2, info.ClippedSamples);
        AssertClose(10 * Math.Log10(error / signal), info.RoundingResidualDb);
        AssertClose(Math.Sqrt(signal / got.Length), info.Rms);
    }

    [Fact]
    public void A_full_scale_sine_in_16_bits_leaves_98_dB()
    {
        var sine = new AudioBuffer([.. Enumerable.Range(0, 100000).Select(i => (float)(32767.0 / 32768 * Math.Sin(0.1234567 * i)))], 1, 44100);
        StemFileInfo info = WavFile.Write(_folder["a.wav"], sine, WavEncoding.Pcm16);
        // Uniform rounding errors of power step^2 / 12 against a power of 1/2: 10 log10(2^-30 / 6) = -98.09 dB. A hundred thousand
        // errors that are nearly independent estimate their power within 0.3 % (0.012 dB); five times that is allowed.
        Assert.True(info.RoundingResidualDb is >= -98.15 and <= -98.03, $"{info.RoundingResidualDb} dB");
    }

    [Theory]
    [InlineData(WavEncoding.Pcm16)]
    [InlineData(WavEncoding.Pcm24)]
    [InlineData(WavEncoding.Float32)]
    public void What_needs_no_rounding_has_no_residual(WavEncoding encoding)
    {
        float[] samples = encoding == WavEncoding.Float32 ? Noise(100, 9) : [0f, 0.5f, -0.25f, 3f / 32768];
        Assert.Null(WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, 1, 8000), encoding).RoundingResidualDb);
        StemFileInfo silent = WavFile.Write(_folder["b.wav"], new AudioBuffer(new float[100], 1, 8000), encoding);
        Assert.Equal((0.0, 0.0, null), (silent.Peak, silent.Rms, silent.RoundingResidualDb));
    }

    [Fact]
    public void Float_keeps_what_lies_beyond_full_scale_and_what_is_no_number()
    {
        float[] samples = [2f, -3f, float.NaN, float.NegativeInfinity];
        StemFileInfo info = WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, 1, 8000), WavEncoding.Float32);
        using WavSource source = WavSource.Open(_folder["a.wav"]);
        Assert.Equal(samples, AudioBuffer.From(source).Interleaved.ToArray());
        Assert.Equal(0, info.ClippedSamples);
        Assert.True(double.IsNaN(info.Peak) && double.IsNaN(info.Rms), $"peak {info.Peak}, rms {info.Rms}");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(-0.75f)]
    public void The_peak_is_seen_wherever_it_stands(float sample)
    {
        const int length = 37;      // whole vectors of every width and a rest
        for (int at = 0; at < length; at++)
        {
            var samples = Enumerable.Repeat(0.5f, length).ToArray();
            samples[at] = sample;
            StemFileInfo info = WavFile.Write(_folder["a.wav"], new AudioBuffer(samples, 1, 8000), WavEncoding.Float32);
            Assert.Equal(Math.Abs((double)sample), info.Peak);
        }
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    public void Integers_refuse_what_is_no_number(float bad, string text)
    {
        var source = new AudioBuffer([0f, 0f, 0f, 0f, 0f, bad], 2, 8000);
        var e = Assert.Throws<ArgumentException>(() => WavFile.Write(_folder["a.wav"], source, WavEncoding.Pcm16));
        Assert.StartsWith($"Sample frame 2 holds {text}; Pcm16 cannot store it.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_that_no_file_can_hold_is_refused_before_a_file_is_replaced()
    {
        string path = _folder.Create("a.wav", [1, 2, 3]);
        var e = Assert.Throws<ArgumentOutOfRangeException>("channels", () => WavFile.Write(path, new AudioBuffer([], 16384, 8000), WavEncoding.Float32));
        Assert.StartsWith("A WAV file of Float32 holds at most 16383 channels.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("encoding", () => WavFile.Write(path, new AudioBuffer([], 1, 8000), (WavEncoding)7));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 0.999f * (2 * random.NextSingle() - 1))];
    }

    // Two sums of the same numbers in the same order differ by nothing but a fused multiply-add: 2^-53 a term, 1e-11 for 20,000.
    private static void AssertClose(double want, double? got) =>
        Assert.True(got is double value && Math.Abs(value - want) <= 1e-10 * Math.Abs(want), $"got {got:R}, want {want:R}");

    private static Dictionary<string, byte[]> ChunksOf(byte[] file)
    {
        var chunks = new Dictionary<string, byte[]>();
        int at = 12;
        while (at < file.Length)
        {
            int size = BitConverter.ToInt32(file, at + 4);
            chunks.Add(System.Text.Encoding.ASCII.GetString(file, at, 4), file[(at + 8)..(at + 8 + size)]);
            at += 8 + size + size % 2;
        }
        Assert.Equal(file.Length, at);
        return chunks;
    }
}
