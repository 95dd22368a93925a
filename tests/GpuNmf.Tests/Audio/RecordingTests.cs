using System.Globalization;
using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

/// <summary>Ordinary recordings: 16-bit WAV files from many programs.</summary>
public sealed class RecordingTests
{
    private const string Manifest = "audio/MANIFEST.tsv";

    /// <summary>Every WAV file of the manifest that is no odd one: path, rate, channels, seconds.</summary>
    public static TheoryData<string, int, int, double> Recordings()
    {
        var rows = new TheoryData<string, int, int, double>();
        string? manifest = SharedData.PathOrNull(Manifest);
        if (manifest is null) rows.Add("(no manifest)", 0, 0, 0);
        else foreach (string line in File.ReadLines(manifest).Skip(1))
        {
            string[] c = line.Split('\t');
            if (c[9] == "WAV/PCM_16" && c[10] != "odd format")
                rows.Add(c[0], int.Parse(c[7], CultureInfo.InvariantCulture), int.Parse(c[8], CultureInfo.InvariantCulture), double.Parse(c[6], CultureInfo.InvariantCulture));
        }
        return rows;
    }

    [Fact]
    public void The_manifest_lists_them()
    {
        SharedData.Path(Manifest);
        Assert.Equal(50, Recordings().Count);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_recording_is_read_sample_for_sample(string name, int rate, int channels, double seconds)
    {
        SharedData.Path(Manifest);
        string path = SharedData.Path("audio/" + name);
        using WavSource source = WavSource.Open(path);
        Assert.Equal((rate, channels, "PCM 16"), (source.SampleRateHz, source.Channels, source.Encoding));
        Assert.Empty(source.Warnings);
        double lasts = (double)source.Length / rate;
        Assert.True(Math.Abs(lasts - seconds) <= 0.0005001, $"{lasts:R} s; the manifest says {seconds} s in three decimals.");

        // The bytes behind the first "data", read without the library.
        byte[] bytes = File.ReadAllBytes(path);
        int data = bytes.AsSpan().IndexOf("data"u8) + 4;
        Assert.Equal(BitConverter.ToUInt32(bytes, data), source.Length * channels * 2);
        float[] got = AudioBuffer.From(source).Interleaved.ToArray();
        for (int i = 0; i < got.Length; i++)
        {
            float want = BitConverter.ToInt16(bytes, data + 4 + 2 * i) / 32768f;
            Assert.True(got[i] == want, $"{name}, sample {i}: {got[i]:R}, want {want:R}");
        }
        Assert.Contains(got, s => s != 0);
    }

    [Theory]
    [InlineData("drums_kick_snare", 2, 132300)]
    [InlineData("piano_3notes", 3, 88200)]
    [InlineData("speech_trumpet_stereo", 2, 88200)]
    [InlineData("naudio_kit", 3, 176400)]
    public void A_mixture_is_the_sum_of_its_references(string clip, int references, long frames)
    {
        string folder = SharedData.Path("audio/derived/" + clip);
        float[] mix = Read(Path.Combine(folder, "mix.wav"), frames);
        var sum = new float[mix.Length];
        string[] files = Directory.GetFiles(folder, "ref_*.wav");
        Assert.Equal(references, files.Length);
        foreach (string file in files)
        {
            float[] part = Read(file, frames);
            for (int i = 0; i < sum.Length; i++) sum[i] += part[i];      // exact: multiples of 2^-15
        }
        Assert.Equal(mix, sum);
    }

    private static float[] Read(string path, long frames)
    {
        using WavSource source = WavSource.Open(path);
        Assert.Equal(frames, source.Length);
        return AudioBuffer.From(source).Interleaved.ToArray();
    }
}
