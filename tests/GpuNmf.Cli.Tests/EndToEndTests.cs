using System.Text.Json;
using GpuNmf.Audio;
using GpuNmf.Cli.Output;
using GpuNmf.Files;
using GpuNmf.Tests;

namespace GpuNmf.Cli.Tests;

/// <summary>The program as a user runs it: a process, the real engine, the CPU accelerator.</summary>
public sealed class EndToEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Separate(string target, params string[] options) =>
        ["separate", _folder["song.wav"], "--out", _folder[target], "--device", "cpu", "--n-fft", "512", "--rank", "3", "--max-iter", "20", .. options];

    [Fact]
    public async Task A_recording_becomes_parts_that_add_up_to_it()
    {
        TestRecording.WriteTones(_folder["song.wav"], channels: 2);
        (await ProgramProcess.Run(Separate("parts"))).AssertOk();
        Assert.Equal(
            ["activations.npy", "component-01.wav", "component-02.wav", "component-03.wav", "result.json", "templates.npy", "timings.json"],
            Directory.EnumerateFileSystemEntries(_folder["parts"]).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal));
        float[] song = Samples("song.wav");
        var sum = new double[song.Length];
        for (int k = 1; k <= 3; k++)
        {
            float[] stem = Samples("parts", $"component-{k:D2}.wav");
            for (int n = 0; n < sum.Length; n++) sum[n] += stem[n];
        }
        double peak = song.Max(MathF.Abs);
        double allowed = 2e-6 * peak;      // float32 stems sum to the input within 2e-6 of its peak
        for (int n = 0; n < sum.Length; n++)
            Assert.True(Math.Abs(sum[n] - song[n]) <= allowed, $"sample {n}: sum {sum[n]:R}, recording {song[n]:R}, allowed {allowed:E1}");
    }

    [Fact]
    public async Task The_result_agrees_with_the_files()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        CliRun run = (await ProgramProcess.Run(Separate("parts", "--json", "--quiet", "--tol", "0"))).AssertOk();
        Assert.Equal("", run.Stderr);
        using JsonDocument document = JsonDocument.Parse(run.Stdout);
        JsonElement result = document.RootElement;
        float[,] templates = NpyFile.Read(_folder["parts", "templates.npy"]), activations = NpyFile.Read(_folder["parts", "activations.npy"]);
        Assert.Equal((257, 3), (templates.GetLength(0), templates.GetLength(1)));
        Assert.Equal((3, 1 + 8000 / 128), (activations.GetLength(0), activations.GetLength(1)));
        Assert.Equal(257, result.GetProperty("bins").GetInt32());
        Assert.Equal(1 + 8000 / 128, result.GetProperty("frames").GetInt32());
        Assert.Equal(20, result.GetProperty("iterations").GetInt32());
        Assert.False(result.GetProperty("converged").GetBoolean());
        double[] losses = [.. result.GetProperty("lossTrace").EnumerateArray().Select(p => p.GetProperty("loss").GetDouble())];
        Assert.True(losses.Length >= 2 && losses[^1] < losses[0], $"loss from {losses[0]:R} to {losses[^1]:R}");
        Assert.StartsWith("cpu", result.GetProperty("device").GetProperty("kind").GetString(), StringComparison.Ordinal);
        Assert.True(result.GetProperty("timings").GetProperty("peakDeviceBytes").GetInt64() > 0);
    }

    [Fact]
    public async Task The_same_run_writes_the_same_bytes()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        (await ProgramProcess.Run(Separate("one", "--quiet"))).AssertOk();
        (await ProgramProcess.Run(Separate("two", "--quiet"))).AssertOk();
        foreach (string path in Directory.EnumerateFiles(_folder["one"]).Where(p => Path.GetFileName(p) != OutputFiles.Timings))
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["two", Path.GetFileName(path)])), path);
    }

    [Fact]
    public async Task Of_several_starts_the_one_with_the_lowest_loss_is_kept()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        CliRun run = (await ProgramProcess.Run(Separate("parts", "--restarts", "4", "--seed", "7", "--tol", "0"))).AssertOk();
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder["parts", "result.json"]));
        JsonElement[] restarts = [.. document.RootElement.GetProperty("restarts").EnumerateArray()];
        double[] losses = [.. restarts.Select(r => r.GetProperty("loss").GetDouble())];
        Assert.Equal([7, 8, 9, 10], restarts.Select(r => r.GetProperty("seed").GetInt32()));
        Assert.True(losses.Distinct().Count() > 1);
        int kept = document.RootElement.GetProperty("seed").GetInt32();
        Assert.Equal(7 + Array.IndexOf(losses, losses.Min()), kept);
        Assert.Contains($"4 starts: losses", run.Stdout, StringComparison.Ordinal);

        (await ProgramProcess.Run(Separate("single", "--seed", $"{kept}", "--tol", "0", "--quiet"))).AssertOk();
        foreach (string path in Directory.EnumerateFiles(_folder["single"], "*.wav"))
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["parts", Path.GetFileName(path)])), path);
    }

    /// <summary>The two commands of the help page, on the sample that comes with the repository.</summary>
    [Fact]
    public async Task What_is_learnt_becomes_a_source()
    {
        string drums = Repository.File("samples/drums.wav");
        string[] device = ["--device", "cpu", "--max-iter", "20", "--tol", "0"];
        CliRun learning = (await ProgramProcess.Run(["learn", drums, "--duration", "0.5", "--rank", "2", "--restarts", "2", "--out", _folder["kick.npz"], .. device])).AssertOk();
        Assert.Contains("kick.npz: 2 templates of 1025 bins at 44100 Hz: 20 iterations, not converged, loss ", learning.Stdout, StringComparison.Ordinal);
        Assert.Contains("2 starts: losses ", learning.Stdout, StringComparison.Ordinal);

        CliRun run = (await ProgramProcess.Run(["separate", drums, "--dictionary", _folder["kick.npz"], "--free", "2", "--out", _folder["parts"], .. device])).AssertOk();
        Assert.Matches(@"1 +source-1\.wav +kick\.npz ", run.Stdout);
        Assert.Matches(@"2 +source-2\.wav +free ", run.Stdout);
        float[,] learnt = LearntTemplates.Load(_folder["kick.npz"]).Templates, used = NpyFile.Read(_folder["parts", "templates.npy"]);
        for (int f = 0; f < learnt.GetLength(0); f++)
            for (int k = 0; k < 2; k++) Assert.Equal(learnt[f, k], used[f, k]);
    }

    [Fact]
    public async Task Quiet_is_silent()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        CliRun run = (await ProgramProcess.Run(Separate("parts", "--quiet"))).AssertOk();
        Assert.Equal(("", ""), (run.Stdout, run.Stderr));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_sample_that_is_no_number_is_refused(float value)
    {
        var samples = new float[4000];
        samples[1234] = value;
        TestRecording.WriteFloats(_folder["song.wav"], samples);
        (await ProgramProcess.Run(Separate("parts", "--quiet"))).AssertError(ExitCodes.Input, "1234");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_named_with_those_that_are()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        (await ProgramProcess.Run("separate", _folder["song.wav"], "--out", _folder["parts"], "--device", "cuda:99", "--quiet"))
            .AssertError(ExitCodes.Device, "cuda:99", "cpu");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public async Task A_hop_that_loses_samples_is_refused()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        (await ProgramProcess.Run(Separate("parts", "--hop-length", "512", "--no-center", "--quiet"))).AssertError(ExitCodes.Usage, "--hop-length 512", "sample 0");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public async Task Templates_of_one_run_start_another()
    {
        TestRecording.WriteTones(_folder["song.wav"], channels: 2);
        (await ProgramProcess.Run(Separate("first", "--quiet", "--normalize", "templates"))).AssertOk();
        float[,] templates = NpyFile.Read(_folder["first", "templates.npy"]);
        for (int k = 0; k < 3; k++)
        {
            double sum = 0;
            for (int f = 0; f < 257; f++) sum += templates[f, k];
            Assert.True(Math.Abs(sum - 1) <= 257 * Math.Pow(2, -24), $"column {k} sums to {sum:R}");      // each of 257 values is rounded once
        }
        (await ProgramProcess.Run(
            "separate", _folder["song.wav"], "--out", _folder["second"], "--device", "cpu", "--threads", "1", "--simd", "128", "--n-fft", "512", "--quiet",
            "--channels", "stack", "--init-templates", _folder["first", "templates.npy"])).AssertOk();
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["second", "result.json"], TestContext.Current.CancellationToken));
        Assert.Equal(3, document.RootElement.GetProperty("parameters").GetProperty("rank").GetInt32());
        Assert.Equal("cpu-128", document.RootElement.GetProperty("device").GetProperty("kind").GetString());
        Assert.Equal(2 * (1 + 8000 / 128), NpyFile.Read(_folder["second", "activations.npy"]).GetLength(1));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_in_the_midst_leaves_nothing(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill command.");
        Assert.SkipWhen(signal == "INT" && ProgramProcess.InheritsIgnoredInterrupt, "The shell that started the tests ignores SIGINT, as in its background jobs, and so do its children.");
        TestRecording.WriteTones(_folder["song.wav"], seconds: 20);
        using ProgramProcess program = StartLongRun();
        await program.WaitForProgress("factorising");
        Assert.Equal(["parts.partial", "song.wav"], _folder.Names);
        program.Signal(signal);
        CliRun run = await program.End();
        Assert.Equal(ExitCodes.Cancelled, run.ExitCode);
        Assert.EndsWith("gpunmf: stopped; nothing was written", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public async Task What_a_kill_leaves_the_next_run_replaces()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no kill command.");
        TestRecording.WriteTones(_folder["song.wav"], seconds: 20);
        using (ProgramProcess program = StartLongRun())
        {
            await program.WaitForProgress("factorising");
            program.Signal("KILL");
            await program.End();
        }
        Assert.Equal(["parts.partial", "song.wav"], _folder.Names);
        (await ProgramProcess.Run(Separate("parts", "--duration", "1", "--quiet"))).AssertOk();
        Assert.Equal(["parts", "song.wav"], _folder.Names);
    }

    private ProgramProcess StartLongRun() =>
        ProgramProcess.Start("separate", _folder["song.wav"], "--out", _folder["parts"], "--device", "cpu", "--max-iter", "1000000", "--tol", "0");

    private float[] Samples(params string[] path)
    {
        using WavSource source = WavSource.Open(_folder[path]);
        return AudioBuffer.From(source).Interleaved.ToArray();
    }
}
