using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using Xunit;

namespace GpuNmf.Tests.Audio.Codecs;

/// <summary>Real files, real ffmpeg.</summary>
public sealed class FfmpegDecoderTests : IDisposable
{
    private const int SampleRateHz = 48000;      // the one rate that all codecs here have

    private static readonly string[] s_compressed = ["OGG", "FLAC", "MP3"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(WavEncoding.Pcm16, "song.flac", "flac 16", 1)]
    [InlineData(WavEncoding.Pcm24, "song.flac", "flac 24", 6)]
    [InlineData(WavEncoding.Pcm16, "song.m4a", "alac 16", 2)]
    public void Lossless_files_hold_the_samples_of_the_wav_file(WavEncoding encoding, string name, string described, int channels)
    {
        string codec = described.Split(' ')[0], wav = Noise(encoding, channels);
        FfmpegTool.Make("-i", wav, "-c:a", codec, _folder[name]);

        using AudioFile file = Open(name);

        Assert.Equal((described, channels, SampleRateHz), (file.Encoding, file.Channels, file.SampleRateHz));
        Assert.Empty(file.Warnings);
        Assert.Equal(Samples(wav), AudioBuffer.From(file.Samples).Interleaved);
    }

    /// <summary>
    /// A lossy coder keeps its noise below what the sound masks; noise is masked by a tone only when it lies 14.5 dB and more below it (Johnston 1988), so
    /// the noise of a sound of tones does. A delay of a few samples would leave no decibel of it: the highest tone has 8 samples a period.
    /// </summary>
    [Theory]
    [InlineData("song.mp3", "libmp3lame", "mp3", 0)]
    [InlineData("song.ogg", "libvorbis", "vorbis", 0)]
    [InlineData("song.opus", "libopus", "opus", 0)]
    [InlineData("song.m4a", "aac", "aac", 1023)]      // M4A states no padding; the last block is 1024 samples
    public void Lossy_files_begin_and_end_where_the_recording_does_and_sound_like_it(string name, string encoder, string described, int allowedFrames)
    {
        const double leastDb = 14.5;
        string wav = Tones(seconds: 3, channels: 2);
        FfmpegTool.Make("-i", wav, "-c:a", encoder, "-b:a", "192k", _folder[name]);

        using AudioFile file = Open(name);

        Assert.Equal((described, 2, SampleRateHz), (file.Encoding, file.Channels, file.SampleRateHz));
        Assert.Empty(file.Warnings);
        Assert.InRange(file.Samples.Length, 3 * SampleRateHz, 3 * SampleRateHz + allowedFrames);
        double snr = SnrDb(Samples(wav), AudioBuffer.From(file.Samples).Interleaved.ToArray());
        Assert.True(snr >= leastDb, $"{name}: {snr:F1} dB");
    }

    [Theory]
    [InlineData("film.mkv", "flac")]
    [InlineData("film.mp4", "alac")]
    public void The_sound_of_a_video_is_decoded(string name, string codec)
    {
        string wav = Tones(seconds: 1);
        FfmpegTool.Make("-f", "lavfi", "-i", "testsrc=d=2:r=10:s=64x48", "-i", wav, "-c:v", "mpeg4", "-c:a", codec, _folder[name]);

        using AudioFile file = Open(name);

        Assert.Equal($"{codec} 16", file.Encoding);
        Assert.Equal(Samples(wav), AudioBuffer.From(file.Samples).Interleaved);
    }

    [Fact]
    public void Of_several_streams_the_default_one_is_taken_and_that_is_told()
    {
        string wav = Tones(seconds: 1);
        FfmpegTool.Make("-i", Noise(WavEncoding.Pcm16, 1), "-i", wav, "-map", "0", "-map", "1", "-c:a", "flac", "-disposition:a:0", "0", "-disposition:a:1", "default", _folder["two.mka"]);

        using AudioFile file = Open("two.mka");

        Assert.Equal(["The file holds 2 streams of sound; stream 1 (flac 16) is taken."], file.Warnings);
        Assert.Equal(Samples(wav), AudioBuffer.From(file.Samples).Interleaved);
    }

    [Fact]
    public void The_name_says_nothing_about_the_content()
    {
        string wav = Tones(seconds: 1);
        FfmpegTool.Make("-i", wav, "-c:a", "libmp3lame", "-f", "mp3", _folder["mp3.flac"]);
        FfmpegTool.Make("-i", wav, "-c:a", "flac", "-f", "flac", _folder["flac.wav"]);
        File.Copy(wav, _folder["wav.mp3"]);

        using AudioFile mp3 = Open("mp3.flac"), flac = Open("flac.wav"), plain = Open("wav.mp3");

        Assert.Equal(["mp3", "flac 16", "PCM 16"], [mp3.Encoding, flac.Encoding, plain.Encoding]);
    }

    [Fact]
    public void Any_name_is_only_a_name()
    {
        string[] names = ["-i \"two\" 'quo''tes'.flac", "concat:%03d $HOME `x` *|?.mp3", "line\nbreak ü\\", "file:\\\""];
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not take such names.");
        string wav = Tones(seconds: 0.5);
        FfmpegTool.Make("-i", wav, _folder["song.flac"]);
        foreach (string name in names)
        {
            File.Copy(_folder["song.flac"], _folder[name]);
            using AudioFile file = Open(name);
            Assert.Equal(Samples(wav), AudioBuffer.From(file.Samples).Interleaved);
        }
    }

    [Fact]
    public void The_recordings_of_the_shared_data_are_decoded()
    {
        FfmpegTool.Need();
        const int path = 0, seconds = 6, rate = 7, channels = 8, format = 9;
        string[][] rows = [.. File.ReadLines(SharedData.Path("audio/MANIFEST.tsv")).Select(line => line.Split('\t')).Where(row => row.Length > format && s_compressed.Contains(row[format].Split('/')[0]))];
        Assert.True(rows.Length >= 8, $"only {rows.Length} compressed recordings");
        foreach (string[] row in rows)
        {
            using AudioFile file = AudioFile.Open(SharedData.Path("audio/" + row[path]), cancellation: TestContext.Current.CancellationToken);
            file.Decode(_folder.Path, TestContext.Current.CancellationToken);
            Assert.Equal((row[rate], row[channels]), ($"{file.SampleRateHz}", $"{file.Channels}"));
            Assert.Equal(row[seconds], (file.Samples.Length / (double)file.SampleRateHz).ToString("F3", System.Globalization.CultureInfo.InvariantCulture));
            Assert.Empty(file.Warnings);
        }
    }

    [Fact]
    public void A_video_without_sound_is_refused()
    {
        FfmpegTool.Make("-f", "lavfi", "-i", "testsrc=d=1:r=10:s=64x48", "-c:v", "mpeg4", _folder["mute.mp4"]);

        Assert.Equal($"{_folder["mute.mp4"]} holds no sound (mov,mp4,m4a,3gp,3g2,mj2, video); name a recording, or a video with sound.", Error("mute.mp4"));
    }

    [Fact]
    public void A_flac_file_that_was_cut_off_is_refused()
    {
        FfmpegTool.Make("-i", Tones(seconds: 3), _folder["song.flac"]);
        Shorten("song.flac");

        Assert.Matches(@"song\.flac holds 1\.\d+ s of the 3 s that it claims; the file is damaged or was cut off\. Copy or export it again", Error("song.flac"));
        Assert.Equal(["song.flac", "tones.wav"], Names());
    }

    [Fact]
    public void An_mp3_file_that_was_cut_off_is_warned_of_since_its_length_is_a_guess()
    {
        FfmpegTool.Make("-i", Tones(seconds: 3), _folder["song.mp3"]);
        Shorten("song.mp3");

        using AudioFile file = Open("song.mp3");

        Assert.InRange(file.Samples.Length, SampleRateHz, 2 * SampleRateHz);
        Assert.Matches(@"^The file holds 1\.\d+ s, and about 3\.\d* s were to be expected; it may have been cut off\.$", file.Warnings[0]);
    }

    [Fact]
    public void A_damaged_file_that_can_be_decoded_is_warned_of()
    {
        FfmpegTool.Make("-i", Tones(seconds: 3), _folder["song.mp3"]);
        byte[] bytes = File.ReadAllBytes(_folder["song.mp3"]);
        new Random(1).NextBytes(bytes.AsSpan(bytes.Length / 2, 400));
        File.WriteAllBytes(_folder["song.mp3"], bytes);

        using AudioFile file = Open("song.mp3");

        Assert.Matches(@"^ffmpeg met \d+ faults? while it decoded the file, where sound may be missing; the first: \w", Assert.Single(file.Warnings));
    }

    [Fact]
    public void What_is_no_sound_is_refused()
    {
        FfmpegTool.Need();
        File.WriteAllText(_folder["song.mp3"], "These are words and no samples at all, whatever the name says.");

        Assert.Contains("song.mp3 is ", Error("song.mp3"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_no_bytes_never_reaches_ffmpeg()
    {
        _folder.Create("song.mp3", []);

        Assert.Contains("is empty (0 bytes)", Error("song.mp3"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_other_files_is_refused()
    {
        FfmpegTool.Make("-i", Tones(seconds: 1), _folder["song.flac"]);
        File.WriteAllText(_folder["list.txt"], "ffconcat version 1.0\nfile song.flac\n");

        Assert.Contains("list.txt is a list of other files (concat); name a recording itself.", Error("list.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_block_can_be_read_any_number_of_times_and_nothing_lies_in_the_work_folder()
    {
        string wav = Tones(seconds: 1, channels: 2);
        FfmpegTool.Make("-i", wav, _folder["song.flac"]);
        float[] want = Samples(wav);

        using AudioFile file = Open("song.flac");

        var block = new float[2 * 1000];
        foreach (int start in (int[])[0, 47000, 12345, 0])
        {
            file.Samples.Read(start, block);
            Assert.Equal(want[(2 * start)..(2 * start + block.Length)], block);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Samples.Read(47001, block));
        Assert.Throws<ArgumentException>(() => file.Samples.Read(0, block.AsSpan(1)));
        Assert.Equal(["song.flac", "tones.wav"], Names());
        IAudioSource samples = file.Samples;
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => samples.Read(0, block));
    }

    private AudioFile Open(string name)
    {
        AudioFile file = AudioFile.Open(_folder[name], cancellation: TestContext.Current.CancellationToken);
        try
        {
            file.Decode(_folder.Path, TestContext.Current.CancellationToken);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private string Error(string name) => Assert.Throws<AudioFormatException>(() => Open(name).Dispose()).Message;

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void Shorten(string name)
    {
        using var file = new FileStream(_folder[name], FileMode.Open);
        file.SetLength(file.Length / 2);
    }

    /// <summary>Every value that an encoding has comes up, the ends of its range too.</summary>
    private string Noise(WavEncoding encoding, int channels)
    {
        var random = new Random(3);
        var samples = new float[20000 * channels];
        for (int i = 0; i < samples.Length; i++) samples[i] = (float)(2 * random.NextDouble() - 1);
        samples[5] = -1;
        samples[6] = 1;
        WavFile.Write(_folder["noise.wav"], new AudioBuffer(samples, channels, SampleRateHz), encoding);
        return _folder["noise.wav"];
    }

    private string Tones(double seconds, int channels = 1)
    {
        var samples = new float[(int)(seconds * SampleRateHz) * channels];
        for (int i = 0; i < samples.Length; i++)
        {
            double time = i / channels / (double)SampleRateHz;
            foreach (double hertz in (double[])[440, 1500, 6000]) samples[i] += (float)(0.2 * Math.Sin(2 * Math.PI * hertz * time + i % channels));
        }
        WavFile.Write(_folder["tones.wav"], new AudioBuffer(samples, channels, SampleRateHz), WavEncoding.Pcm16);
        return _folder["tones.wav"];
    }

    private static float[] Samples(string wav)
    {
        using WavSource source = WavSource.Open(wav);
        return AudioBuffer.From(source).Interleaved.ToArray();
    }

    private static double SnrDb(float[] want, float[] got)
    {
        double signal = 0, noise = 0;
        for (int i = 0; i < want.Length; i++)
        {
            signal += (double)want[i] * want[i];
            noise += ((double)got[i] - want[i]) * ((double)got[i] - want[i]);
        }
        return 10 * Math.Log10(signal / noise);
    }
}
