using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using Xunit;

namespace GpuNmf.Tests.Audio.Codecs;

public sealed class FlacEncoderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<AudioFile> _open = [];

    public void Dispose()
    {
        _open.ForEach(file => file.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData(WavEncoding.Pcm16, 2, 44100, 3)]
    [InlineData(WavEncoding.Pcm24, 6, 48000, 1)]
    public void The_files_hold_the_samples_of_the_wav_files(WavEncoding encoding, int channels, int sampleRateHz, int count)
    {
        FfmpegTool.Need();
        Assert.True(FlacEncoder.Holds(sampleRateHz));
        StemFileInfo[] files = [.. Enumerable.Range(1, count).Select(seed => Write($"component-0{seed}.wav", seed, encoding, channels, sampleRateHz))];
        float[][] want = [.. files.Select(file => AudioBuffer.From(Open(file.FileName).Samples).Interleaved.ToArray())];

        IReadOnlyList<StemFileInfo> encoded = new FlacEncoder().Replace(_folder.Path, files, parallel: 2, TestContext.Current.CancellationToken);

        Assert.Equal(files.Select(file => file with { FileName = Path.ChangeExtension(file.FileName, ".flac") }), encoded);
        Assert.Equal(encoded.Select(file => file.FileName), Names());
        for (int i = 0; i < count; i++)
        {
            AudioFile file = Open(encoded[i].FileName);
            Assert.Equal((encoding == WavEncoding.Pcm16 ? "flac 16" : "flac 24", channels, sampleRateHz), (file.Encoding, file.Channels, file.SampleRateHz));
            Assert.Equal(want[i], AudioBuffer.From(file.Samples).Interleaved);
        }
    }

    [Theory, Trait("Suite", "Full")]
    [InlineData(1, 65534)]
    [InlineData(1, 1)]
    [InlineData(2, 655340)]
    [InlineData(3, 8000)]
    [InlineData(4, 96000)]
    [InlineData(5, 48000)]
    [InlineData(7, 254000)]
    [InlineData(8, 255000)]
    public void So_do_those_of_other_channels_and_rates(int channels, int sampleRateHz)
    {
        The_files_hold_the_samples_of_the_wav_files(WavEncoding.Pcm16, channels, sampleRateHz, 1);
        The_files_hold_the_samples_of_the_wav_files(WavEncoding.Pcm24, channels, sampleRateHz, 1);
    }

    [Theory]
    [InlineData(65535)]
    [InlineData(655350)]
    public void Rates_that_cannot_be_written_are_known_and_ffmpeg_refuses_them_too(int sampleRateHz)
    {
        Assert.False(FlacEncoder.Holds(sampleRateHz));
        FfmpegTool.Need();
        StemFileInfo file = Write("component-01.wav", 1, WavEncoding.Pcm16, 1, sampleRateHz);
        var exception = Assert.Throws<IOException>(() => new FlacEncoder().Replace(_folder.Path, [file], 1, TestContext.Current.CancellationToken));
        Assert.StartsWith("component-01.flac was not written: ffmpeg ended with status ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("component-01.wav", Names());
    }

    [Fact]
    public void Float_samples_are_refused()
    {
        StemFileInfo file = Write("component-01.wav", 1, WavEncoding.Float32, 1, 8000);
        var exception = Assert.Throws<ArgumentException>(() => new FlacEncoder().Replace(_folder.Path, [file], 1, TestContext.Current.CancellationToken));
        Assert.Equal("files", exception.ParamName);
        Assert.StartsWith("component-01.wav holds Float32; FLAC takes integers, Pcm16 or Pcm24.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_ffmpeg_the_error_says_what_to_install()
    {
        var encoder = new FlacEncoder(_folder["nowhere"]);
        Assert.Equal("there is no ffmpeg on the PATH; install ffmpeg, for instance 'apt install ffmpeg'", encoder.WhyAbsent);
        StemFileInfo file = Write("component-01.wav", 1, WavEncoding.Pcm16, 1, 8000);
        Assert.Contains("there is no ffmpeg on the PATH; install", Assert.Throws<IOException>(() => encoder.Replace(_folder.Path, [file], 1, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 0")]
    [InlineData("for file; do case $file in *.flac) echo fLaC and nothing that was to follow > \"${file#file:}\";; esac; done")]
    public void A_program_that_writes_nothing_as_if_all_were_well_costs_no_file(string commands)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");
        var fake = new FakeFfmpeg(_folder["bin"]);
        fake.Script("ffmpeg", commands);
        StemFileInfo file = Write("component-01.wav", 1, WavEncoding.Pcm16, 1, 8000);
        var exception = Assert.Throws<IOException>(() => new FlacEncoder(fake.SearchPath).Replace(_folder.Path, [file], 1, TestContext.Current.CancellationToken));
        Assert.Equal("component-01.flac was not written to its end, though ffmpeg reported nothing.", exception.Message);
        Assert.Contains("component-01.wav", Names());
    }

    [Fact]
    public async Task Cancellation_ends_the_programs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");
        var fake = new FakeFfmpeg(_folder["bin"]);
        fake.Hang();
        StemFileInfo[] files = [Write("component-01.wav", 1, WavEncoding.Pcm16, 1, 8000), Write("component-02.wav", 2, WavEncoding.Pcm16, 1, 8000)];
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task encoding = Task.Run(() => new FlacEncoder(fake.SearchPath).Replace(_folder.Path, files, 1, cancellation.Token), CancellationToken.None);
        while (!File.Exists(fake.Marker)) await Task.Delay(10, TestContext.Current.CancellationToken);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encoding);
        Assert.False(FakeFfmpeg.IsAlive(fake.HangingProcesses[0]));
    }

    private StemFileInfo Write(string name, int seed, WavEncoding encoding, int channels, int sampleRateHz)
    {
        var random = new Random(seed);
        var samples = new float[5000 * channels];
        for (int i = 0; i < samples.Length; i++) samples[i] = (float)(2.02 * random.NextDouble() - 1.01);
        return WavFile.Write(_folder[name], new AudioBuffer(samples, channels, sampleRateHz), encoding);
    }

    private AudioFile Open(string name)
    {
        AudioFile file = AudioFile.Open(_folder[name], cancellation: TestContext.Current.CancellationToken);
        _open.Add(file);
        file.Decode(_folder.Path, TestContext.Current.CancellationToken);
        return file;
    }

    private string[] Names() => [.. Directory.EnumerateFiles(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
