namespace GpuNmf.Cli.Tests.Faults;

/// <summary>A recording that changes while the program works on it.</summary>
public sealed class ChangingRecordingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ChangingRecordingTests() => TestRecording.WriteTones(_folder["song.wav"], seconds: 20);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_that_is_cut_off_in_the_midst_is_an_error_and_leaves_nothing()
    {
        CliRun run = await Disturbed(() =>
        {
            using var file = new FileStream(_folder["song.wav"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(1000);
        });
        Assert.Equal(ExitCodes.Input, run.ExitCode);
        Assert.Contains("it has become shorter since it was opened", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public async Task One_that_vanishes_in_the_midst_is_separated()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows deletes no open file.");
        (await Disturbed(() => File.Delete(_folder["song.wav"]))).AssertOk();
        Assert.Equal(["parts"], _folder.Names);
        Assert.Equal(2, Directory.GetFiles(_folder["parts"], "*.wav").Length);
    }

    private async Task<CliRun> Disturbed(Action change)
    {
        using ProgramProcess program = ProgramProcess.Start(
            "separate", _folder["song.wav"], "--out", _folder["parts"], "--device", "cpu", "--n-fft", "1024", "--rank", "2", "--max-iter", "1500", "--tol", "0");
        await program.WaitForProgress("factorising");
        change();
        return await program.End();
    }
}
