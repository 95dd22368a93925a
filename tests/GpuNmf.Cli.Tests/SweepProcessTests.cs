using System.Diagnostics;
using System.Text.Json;
using GpuNmf.Cli.Output;
using GpuNmf.Files;

namespace GpuNmf.Cli.Tests;

/// <summary>The program as a user runs it: a process, the real engine, the CPU accelerator.</summary>
public sealed class SweepProcessTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Sweep(string target, params string[] options) =>
        ["sweep", _folder["song.wav"], "--out", _folder[target], "--device", "cpu", "--n-fft", "512", "--tol", "0", "--quiet", .. options];

    [Fact]
    public async Task The_best_model_is_the_one_that_separate_finds()
    {
        TestRecording.WriteTones(_folder["song.wav"], channels: 2);
        string[] few = ["--ranks", "2,3", "--restarts", "3", "--max-iter", "20"];
        CliRun run = (await ProgramProcess.Run(Sweep("ranks", [.. few, "--keep", "best", "--json"]))).AssertOk();
        using JsonDocument document = JsonDocument.Parse(run.Stdout);
        JsonElement rank = document.RootElement.GetProperty("losses")[0].GetProperty("ranks")[1];

        (await ProgramProcess.Run(
            "separate", _folder["song.wav"], "--out", _folder["parts"], "--device", "cpu", "--n-fft", "512", "--tol", "0", "--quiet", "--rank", "3", "--max-iter", "20",
            "--seed", $"{rank.GetProperty("bestSeed").GetInt32()}")).AssertOk();

        Assert.Equal(NpyFile.Read(_folder["parts", "templates.npy"]), NpyFile.Read(_folder["ranks", "templates-kl-k03.npy"]));
        Assert.Equal(NpyFile.Read(_folder["parts", "activations.npy"]), NpyFile.Read(_folder["ranks", "activations-kl-k03.npy"]));
        using JsonDocument parts = JsonDocument.Parse(File.ReadAllText(_folder["parts", "result.json"]));
        Assert.Equal(
            parts.RootElement.GetProperty("lossTrace").EnumerateArray().Last().GetProperty("loss").GetDouble(), rank.GetProperty("bestLoss").GetDouble());
    }

    /// <summary>Rank 2 is done long before rank 60, which is another launch.</summary>
    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task A_killed_sweep_goes_on_to_the_same_bytes(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill command.");
        TestRecording.WriteTones(_folder["song.wav"], seconds: 10);
        string[] options = ["--ranks", "2,60", "--restarts", "2", "--max-iter", "400", "--keep", "best"];
        using (ProgramProcess program = ProgramProcess.Start(Sweep("ranks", options)))
        {
            await WaitForFile(_folder["ranks.partial", OutputFiles.SweepModels]);
            program.Signal(signal);
            Assert.NotEqual(ExitCodes.Ok, (await program.End()).ExitCode);
        }
        Assert.Equal(["ranks.partial", "song.wav"], _folder.Names);

        (await ProgramProcess.Run(Sweep("ranks", [.. options, "--resume"]))).AssertOk();
        (await ProgramProcess.Run(Sweep("whole", options))).AssertOk();

        Assert.Equal(["ranks", "song.wav", "whole"], _folder.Names);
        foreach (string path in Directory.EnumerateFiles(_folder["whole"]).Where(path => Path.GetFileName(path) != OutputFiles.Timings))
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["ranks", Path.GetFileName(path)])), path);
    }

    private static async Task WaitForFile(string path)
    {
        var waited = Stopwatch.StartNew();
        while (!File.Exists(path))
        {
            Assert.True(waited.Elapsed < s_limit, $"no {path} within {s_limit}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
