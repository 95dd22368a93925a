using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using Xunit;

namespace GpuNmf.Tests.Audio.Codecs;

/// <summary>Programs that die, hang or talk nonsense in the place of ffmpeg: real child processes.</summary>
public sealed class FfmpegFaultTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeFfmpeg _fake;

    public FfmpegFaultTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");
        _fake = new FakeFfmpeg(_folder["bin"]);
        _folder.Create("song.flac", "fLaC and so on"u8.ToArray());
        Directory.CreateDirectory(_folder["work"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_ffmpeg_writes_is_read()
    {
        _fake.Script("ffmpeg", _fake.Sound(1));
        using AudioFile file = Decode();
        Assert.Equal((8000, 1, 8000L, "flac 16"), (file.SampleRateHz, file.Channels, file.Samples.Length, file.Encoding));
        Assert.Single(OpenSpools());
    }

    [Fact]
    public void Samples_come_with_decoding()
    {
        _fake.Script("ffmpeg", _fake.Sound(1));
        using AudioFile file = AudioFile.Open(_folder["song.flac"], new FfmpegDecoder(_fake.SearchPath), TestContext.Current.CancellationToken);
        Assert.True(file.NeedsDecoding);
        Assert.Contains("call Decode first", Assert.Throws<InvalidOperationException>(() => file.Samples).Message, StringComparison.Ordinal);
        file.Decode(_folder["work"], TestContext.Current.CancellationToken);
        Assert.False(file.NeedsDecoding);
        IAudioSource samples = file.Samples;
        file.Decode(_folder["work"], TestContext.Current.CancellationToken);
        Assert.Same(samples, file.Samples);
    }

    [Fact]
    public void One_that_dies_half_way_is_an_error_with_its_last_words()
    {
        _fake.Script("ffmpeg", _fake.Sound(0.5) + "\necho '[flac @ 0x55d0c8] something broke' >&2\necho 'Conversion failed!' >&2\nexit 3");
        AssertError("was not decoded to its end: after 0.5 s ffmpeg ended with status 3 (something broke); copy or export it again");
    }

    [Fact]
    public void One_that_is_killed_half_way_is_an_error()
    {
        _fake.Script("ffmpeg", _fake.Sound(0.5) + "\nkill -KILL $$");
        AssertError("was not decoded to its end: after 0.5 s ffmpeg was ended by signal 9; copy or export it again");
    }

    [Fact]
    public void One_that_ends_early_as_if_all_were_well_is_an_error_too()
    {
        // Codecs may lack up to four blocks of 2048 samples: 1.024 s at 8 kHz.
        var fake = new FakeFfmpeg(_folder["bin"], statedSeconds: 2);
        fake.Script("ffmpeg", fake.Sound(0.975));
        AssertError("holds 0.975 s of the 2 s that it claims; the file is damaged or was cut off");
        fake.Script("ffmpeg", fake.Sound(0.977));
        Decode().Dispose();
    }

    [Theory]
    [InlineData("echo nonsense, and a good deal of it", "ffmpeg wrote no samples but 'nons'")]
    [InlineData("exit 0", "ffmpeg wrote nothing")]
    [InlineData("exit 1", "after 0 s ffmpeg ended with status 1;")]
    public void One_that_writes_no_sound_is_an_error(string commands, string message)
    {
        _fake.Script("ffmpeg", commands);
        AssertError(message);
    }

    [Fact]
    public void One_that_is_no_program_is_an_error()
    {
        _fake.Program("ffprobe", "\u0001\u0002\u0003\u0004");
        _fake.Script("ffmpeg", "exit 0");
        AssertError("is not a WAV file, and it cannot be decoded either: ffprobe ended with status 127");
    }

    [Theory]
    [InlineData("echo nonsense")]
    [InlineData("echo '{\"streams\": 5}'")]
    [InlineData("echo '{}'")]
    [InlineData("exit 0")]
    [InlineData("while :; do echo '{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{'; done")]
    public void An_ffprobe_that_talks_nonsense_is_an_error(string commands)
    {
        _fake.Script("ffprobe", commands);
        _fake.Script("ffmpeg", "exit 0");
        AssertError("ffprobe did not describe it as ffprobe does");
    }

    [Fact]
    public void What_is_written_to_the_standard_error_takes_no_memory_and_no_time()
    {
        _fake.Script("ffmpeg", _fake.Sound(1) + "\n/usr/bin/head -c 30000000 /dev/zero >&2\necho >&2\nfor i in 1 2 3; do echo \"[x @ 0x1] fault $i\" >&2; done");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        using AudioFile file = Decode();
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 5_000_000);
        Assert.Equal(["ffmpeg met 3 faults while it decoded the file, where sound may be missing; the first: fault 1"], file.Warnings);
    }

    [Fact]
    public async Task Cancellation_ends_the_program_and_what_that_has_started()
    {
        _fake.Hang();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task decoding = Task.Run(() => Decode(cancellation.Token).Dispose(), CancellationToken.None);
        await Began(decoding);
        int[] processes = _fake.HangingProcesses;
        Assert.All(processes, process => Assert.True(FakeFfmpeg.IsAlive(process)));
        Assert.Single(OpenSpools());

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoding);
        AssertNothingLeft();
        Assert.False(FakeFfmpeg.IsAlive(processes[0]));
        // Its child is an orphan, which init takes in a moment.
        Assert.True(SpinWait.SpinUntil(() => !IsRunning(processes[1]), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Cancellation_ends_an_ffprobe_that_hangs()
    {
        _fake.Hang();
        File.Delete(_folder["bin/ffprobe"]);
        File.Move(_folder["bin/ffmpeg"], _folder["bin/ffprobe"]);
        _fake.Script("ffmpeg", "exit 0");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task decoding = Task.Run(() => Decode(cancellation.Token).Dispose(), CancellationToken.None);
        await Began(decoding);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoding);
        Assert.False(FakeFfmpeg.IsAlive(_fake.HangingProcesses[0]));
    }

    [Fact]
    public void A_token_that_is_set_starts_nothing()
    {
        _fake.Hang();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Decode(cancellation.Token));
        Assert.False(File.Exists(_fake.Marker));
    }

    [Fact]
    public async Task A_work_folder_that_takes_no_more_ends_the_program()
    {
        _fake.Hang();
        Directory.Delete(_folder["work"]);
        Assert.ThrowsAny<IOException>(() => Decode());
        Assert.False(File.Exists(_fake.Marker));

        // A reader that gives up is what a full disk looks like.
        Task reading = Task.Run(
            () => ChildProcess.Run(_folder["bin/ffmpeg"], "", _ =>
            {
                Assert.True(SpinWait.SpinUntil(() => File.Exists(_fake.Marker), TimeSpan.FromSeconds(20)));
                throw new IOException("No space left");
            }, TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        Assert.Equal("No space left", (await Assert.ThrowsAsync<IOException>(() => reading)).Message);
        Assert.False(FakeFfmpeg.IsAlive(_fake.HangingProcesses[0]));
    }

    [Theory]
    [InlineData("ffmpeg", "there is no ffmpeg on the PATH to decode it; install ffmpeg, for instance 'apt install ffmpeg', or convert it to WAV.")]
    [InlineData("ffprobe", "there is no ffprobe on the PATH, which belongs to ffmpeg to decode it; install ffmpeg")]
    public void Without_it_the_error_says_what_to_install(string missing, string message)
    {
        _fake.Script("ffmpeg", "exit 0");
        File.Delete(_folder["bin/" + missing]);
        AssertError(message);
    }

    [Fact]
    public void Only_programs_in_folders_of_the_path_count()
    {
        _fake.Script("ffmpeg", "exit 0");
        string bin = _fake.SearchPath;
        Assert.NotNull(FfmpegPrograms.Find($"/nowhere:{bin}"));
        foreach (string? path in (string?[])[null, "", ":", ".", "/nowhere", Path.GetRelativePath(Environment.CurrentDirectory, bin)]) Assert.Null(FfmpegPrograms.Find(path));
        _fake.Forbid("ffmpeg");
        Assert.Null(FfmpegPrograms.Find(bin));
    }

    [Fact]
    public void A_wav_file_starts_no_program()
    {
        _fake.Hang();
        WavFile.Write(_folder["song.flac"], new AudioBuffer([0.5f, -0.5f], 1, 8000), WavEncoding.Float32);
        using AudioFile file = Decode();
        Assert.Equal([0.5f, -0.5f], AudioBuffer.From(file.Samples).Interleaved);
        foreach (byte[] damaged in (byte[][])[[.. "RIFF"u8], [.. "RF64\0\0\0\0"u8], [.. "RIFF\0\0\0\0WAVEjunk"u8]])
        {
            _folder.Create("song.flac", damaged);
            Assert.Contains("damaged", Assert.Throws<AudioFormatException>(() => Decode()).Message, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(_fake.Marker));
    }

    private AudioFile Decode(CancellationToken? cancellation = null)
    {
        AudioFile file = AudioFile.Open(_folder["song.flac"], new FfmpegDecoder(_fake.SearchPath), cancellation ?? TestContext.Current.CancellationToken);
        file.Decode(_folder["work"], cancellation ?? TestContext.Current.CancellationToken);
        return file;
    }

    private void AssertError(string message)
    {
        string text = Assert.Throws<AudioFormatException>(() => Decode()).Message;
        Assert.StartsWith(_folder["song.flac"], text, StringComparison.Ordinal);
        Assert.Contains(message, text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
        AssertNothingLeft();
    }

    private void AssertNothingLeft()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["work"]));
        Assert.Empty(OpenSpools());
    }

    private string[] OpenSpools() => !Directory.Exists("/proc/self/fd")
        ? throw new PlatformNotSupportedException()
        : [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(TargetOf).OfType<string>().Where(target => target.StartsWith(_folder["work"], StringComparison.Ordinal))];

    // A descriptor may close while the list is read.
    private static string? TargetOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task Began(Task decoding)
    {
        while (!File.Exists(_fake.Marker))
        {
            Assert.False(decoding.IsCompleted, $"The decoding ended: {decoding.Exception}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private static bool IsRunning(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
