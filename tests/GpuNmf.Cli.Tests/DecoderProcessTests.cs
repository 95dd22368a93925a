using GpuNmf.Tests.Audio.Codecs;

namespace GpuNmf.Cli.Tests;

/// <summary>The program beside an ffmpeg that is missing, dies or hangs.</summary>
public sealed class DecoderProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeFfmpeg _fake;

    public DecoderProcessTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The programs are shell scripts.");
        _fake = new FakeFfmpeg(_folder["bin"]);
        File.WriteAllText(_folder["song.flac"], "fLaC and so on");
    }

    public void Dispose() => _folder.Dispose();

    private string[] Command(string name) =>
        [name, _folder["song.flac"], "--out", _folder[name == "learn" ? "song.npz" : "parts"], .. name == "sweep" ? (string[])[] : ["--rank", "2"], "--n-fft", "512", "--device", "cpu", "--quiet"];

    [Theory]
    [InlineData("separate")]
    [InlineData("learn")]
    [InlineData("sweep")]
    public async Task A_signal_while_the_recording_is_decoded_leaves_nothing(string command)
    {
        _fake.Hang();
        using ProgramProcess program = ProgramProcess.StartOn(_fake.SearchPath, Command(command));
        await program.WaitForFile(_fake.Marker);
        Assert.Equal(command == "learn" ? ["bin", "song.flac"] : ["bin", "parts.partial", "song.flac"], _folder.Names);

        program.Signal("TERM");

        (await program.End()).AssertError(ExitCodes.Cancelled, "stopped; nothing was written");
        Assert.False(FakeFfmpeg.IsAlive(_fake.HangingProcesses[0]));
        Assert.Equal(["bin", "song.flac"], _folder.Names);
    }

    [Theory]
    [InlineData("separate")]
    [InlineData("learn")]
    [InlineData("sweep")]
    public async Task A_decoder_that_dies_half_way_leaves_nothing(string command)
    {
        _fake.Script("ffmpeg", _fake.Sound(0.5) + "\nkill -SEGV $$");
        (await ProgramProcess.RunOn(_fake.SearchPath, Command(command)))
            .AssertError(ExitCodes.Input, "song.flac was not decoded to its end: after 0.5 s ffmpeg was ended by signal 11; copy or export it again, or convert it to WAV.");
        Assert.Equal(["bin", "song.flac"], _folder.Names);
    }

    [Fact]
    public async Task An_encoder_that_dies_half_way_leaves_nothing()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        _fake.Script("ffmpeg", "echo 'no room' >&2\nexit 1");
        (await ProgramProcess.RunOn(_fake.SearchPath, [.. Command("separate").Select(word => word.EndsWith("song.flac", StringComparison.Ordinal) ? _folder["song.wav"] : word), "--format", "flac"]))
            .AssertError(ExitCodes.Output, "cannot write to '", "component-0", ".flac was not written: ffmpeg ended with status 1 (no room)");
        Assert.Equal(["bin", "song.flac", "song.wav"], _folder.Names);
    }

    [Fact]
    public async Task Nothing_is_decoded_for_an_output_that_is_refused()
    {
        _fake.Hang();
        Directory.CreateDirectory(_folder["parts"]);
        (await ProgramProcess.RunOn(_fake.SearchPath, Command("separate"))).AssertError(ExitCodes.Output, "exists already");
        Assert.False(File.Exists(_fake.Marker));
    }

    [Fact]
    public async Task Without_ffmpeg_the_error_says_what_to_install_and_wav_files_are_read_all_the_same()
    {
        string nowhere = _folder["nowhere"];
        (await ProgramProcess.RunOn(nowhere, Command("separate")))
            .AssertError(ExitCodes.Input, "song.flac is no WAV file, and there is no ffmpeg on the PATH to decode it; install ffmpeg, for instance 'apt install ffmpeg', or convert it to WAV.");
        (await ProgramProcess.RunOn(nowhere, [.. Command("separate"), "--format", "flac"]))
            .AssertError(ExitCodes.Output, "--format is flac, and there is no ffmpeg on the PATH; install ffmpeg, for instance 'apt install ffmpeg', or take --format wav");
        Assert.Equal(["bin", "song.flac"], _folder.Names);
        TestRecording.WriteTones(_folder["song.flac"]);
        (await ProgramProcess.RunOn(nowhere, [.. Command("separate"), "--max-iter", "1"])).AssertOk();
    }
}
