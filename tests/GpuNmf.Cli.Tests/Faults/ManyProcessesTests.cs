namespace GpuNmf.Cli.Tests.Faults;

/// <summary>The same call in many processes at once.</summary>
public sealed class ManyProcessesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ManyProcessesTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task Of_three_calls_for_one_folder_one_has_it() => RaceForOne(3);

    [Fact]
    [Trait("Suite", "Full")]
    public Task Of_twenty_calls_for_one_folder_one_has_it() => RaceForOne(20);

    [Fact]
    [Trait("Suite", "Full")]
    public async Task Twenty_calls_for_twenty_folders_write_the_same_bytes()
    {
        CliRun[] runs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => ProgramProcess.Run(Separate($"parts{i}"))));
        foreach (CliRun run in runs) run.AssertOk();
        for (int i = 1; i < 20; i++) AssertSame("parts0", $"parts{i}");
        Assert.Equal(21, _folder.Names.Length);
    }

    private async Task RaceForOne(int processes)
    {
        (await ProgramProcess.Run(Separate("alone"))).AssertOk();
        CliRun[] runs = await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => ProgramProcess.Run(Separate("parts"))));
        foreach (CliRun run in runs.Where(run => run.ExitCode != ExitCodes.Ok))
        {
            run.AssertError(ExitCodes.Output, "parts");
            Assert.Matches("another run of gpunmf is working|exists already|cannot create", run.Stderr);
        }
        Assert.Single(runs, run => run.ExitCode == ExitCodes.Ok);
        AssertSame("alone", "parts");
        Assert.Equal(["alone", "parts", "song.wav"], _folder.Names);
    }

    private string[] Separate(string target) =>
        ["separate", _folder["song.wav"], "--out", _folder[target], "--device", "cpu", "--threads", "2", "--n-fft", "512", "--rank", "2", "--max-iter", "20", "--quiet"];

    private void AssertSame(string expected, string actual)
    {
        Assert.Equal(Directory.GetFiles(_folder[expected]).Select(Path.GetFileName).Order(), Directory.GetFiles(_folder[actual]).Select(Path.GetFileName).Order());
        foreach (string file in Directory.GetFiles(_folder[expected]).Select(file => Path.GetFileName(file)!).Where(name => name != Output.OutputFiles.Timings))
            Assert.True(File.ReadAllBytes(_folder[expected, file]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder[actual, file])), $"{actual}/{file}");
    }
}
