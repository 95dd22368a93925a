using System.Text.Json;
using System.Text.RegularExpressions;
using GpuNmf.Cli.Output;
using GpuNmf.Files;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Tests;

/// <summary>A sweep that was interrupted goes on, computes nothing twice, and ends with the same bytes.</summary>
public sealed class SweepResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SweepResumeTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose() => _folder.Dispose();

    private string[] Sweep(string target, params string[] options) =>
        ["sweep", _folder["song.wav"], "--out", _folder[target], "--ranks", "2..4", "--restarts", "3", "--quiet", .. options];

    /// <summary>Stops a sweep, by Ctrl-C, when it has so many models.</summary>
    private CliRun Stop(int models, params string[] options)
    {
        using var cancellation = new CancellationTokenSource();
        int stored = 0;
        var engine = new ToyEngine
        {
            AfterModel = () =>
            {
                if (++stored == models) cancellation.Cancel();
            },
        };
        return CliRun.Until(engine, Sweep("ranks", options), cancellation.Token);
    }

    private Dictionary<string, string> Results(string target) => Directory.EnumerateFiles(_folder[target])
        .Where(path => Path.GetFileName(path) != OutputFiles.Timings).ToDictionary(path => Path.GetFileName(path)!, path => Convert.ToHexString(File.ReadAllBytes(path)));

    [Theory]
    [InlineData("none", 1)]
    [InlineData("none", 8)]
    [InlineData("best", 2)]
    [InlineData("best", 5)]
    [InlineData("all", 4)]
    public void A_stopped_sweep_goes_on_to_the_same_bytes(string keep, int models)
    {
        CliRun.Of(Sweep("whole", "--keep", keep)).AssertOk();
        CliRun stopped = Stop(models, "--keep", keep);
        stopped.AssertError(ExitCodes.Cancelled, $"stopped; {models} of 9 models are in '{_folder["ranks.partial"]}'", "--resume");
        Assert.Equal(["ranks.partial", "song.wav", "whole"], _folder.Names);

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--keep", keep, "--resume")).AssertOk();

        Assert.Equal(9 - models, engine.Computed.Count);
        Assert.Equal(Results("whole"), Results("ranks"));
        Assert.Equal(["ranks", "song.wav", "whole"], _folder.Names);
    }

    [Fact]
    public void A_sweep_stopped_twice_goes_on()
    {
        CliRun.Of(Sweep("whole", "--keep", "best")).AssertOk();
        Stop(2, "--keep", "best");
        Stop(3, "--keep", "best", "--resume").AssertError(ExitCodes.Cancelled, "5 of 9 models");
        CliRun.Of(Sweep("ranks", "--keep", "best", "--resume")).AssertOk();
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    /// <summary>A kill in the midst of a line, and one between the factors and their line: those models are computed again.</summary>
    [Fact]
    public void Half_a_line_is_no_model()
    {
        CliRun.Of(Sweep("whole")).AssertOk();
        Stop(4);
        string lines = _folder["ranks.partial", OutputFiles.SweepModels], text = File.ReadAllText(lines);
        Assert.Equal(4, text.Count(c => c == '\n'));
        File.WriteAllText(lines, text[..^20]);

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--resume")).AssertOk();

        Assert.Equal(6, engine.Computed.Count);
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    /// <summary>Lines that JSON's readers take, and that no sweep writes.</summary>
    [Theory]
    [InlineData("\"Loss\":", "\"Loss\":1")]
    [InlineData("\"Sha256\":", "\"Other\":")]
    [InlineData("\"Loss\":", "\"Loss\":1e999,\"Was\":")]
    [InlineData("\"Iterations\":", "\"Iterations\":-")]
    [InlineData("\"Converged\":", "\"Converged\":true,\"Converged\":")]
    public void A_damaged_line_is_no_model(string sound, string damaged)
    {
        CliRun.Of(Sweep("whole")).AssertOk();
        Stop(4);
        string path = _folder["ranks.partial", OutputFiles.SweepModels];
        string[] lines = File.ReadAllLines(path);
        lines[1] = lines[1].Replace(sound, damaged, StringComparison.Ordinal);
        File.WriteAllLines(path, lines);

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--resume")).AssertOk();

        Assert.Equal([new SweepKey(1, 2, 1)], engine.Computed.Where(key => key.Rank == 2));
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    [Fact]
    public void Factors_that_are_damaged_are_computed_again()
    {
        CliRun.Of(Sweep("whole", "--keep", "all")).AssertOk();
        Stop(4, "--keep", "all");
        File.Delete(_folder["ranks.partial", "activations-kl-k02-seed1.npy"]);
        File.WriteAllText(_folder["ranks.partial", "templates-kl-k02-seed2.npy"], "no matrix");

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--keep", "all", "--resume")).AssertOk();

        Assert.Equal([1ul, 2ul], engine.Computed.Where(key => key.Rank == 2).Select(key => key.Seed));
        Assert.Equal(7, engine.Computed.Count);
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    [Theory]
    [InlineData("activations-kl-k02-seed1.npy", "cut")]
    [InlineData("activations-kl-k02-seed1.npy", "flipped")]
    [InlineData("activations-kl-k02-seed1.npy", "another's")]
    [InlineData("templates-kl-k02-seed1.npy", "cut")]
    [InlineData("templates-kl-k02-seed1.npy", "flipped")]
    public void Files_that_are_not_those_of_the_model_are_computed_again(string file, string how)
    {
        CliRun.Of(Sweep("whole", "--keep", "all")).AssertOk();
        Stop(4, "--keep", "all");
        string path = _folder["ranks.partial", file];
        byte[] bytes = File.ReadAllBytes(how == "another's" ? path.Replace("seed1", "seed2", StringComparison.Ordinal) : path);
        if (how == "flipped") bytes[^1] ^= 1;
        File.WriteAllBytes(path, how == "cut" ? bytes[..^4] : bytes);

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--keep", "all", "--resume")).AssertOk();

        Assert.Equal([1ul], engine.Computed.Where(key => key.Rank == 2).Select(key => key.Seed));
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    /// <summary>Under penalties the third start is the best here, though the second has the lowest loss; its activations have two frames more than the first's.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void The_best_start_is_the_one_with_the_lowest_objective(int models)
    {
        static double Objective(SweepKey key, double loss) => key.Seed == 2 ? 0.5 : loss;
        CliRun.Of(new ToyEngine { ObjectiveOf = Objective }, Sweep("whole", "--keep", "best")).AssertOk();
        using var cancellation = new CancellationTokenSource();
        int stored = 0;
        CliRun.Until(new ToyEngine { ObjectiveOf = Objective, AfterModel = () => { if (++stored == models) cancellation.Cancel(); } }, Sweep("ranks", "--keep", "best"), cancellation.Token);

        CliRun.Of(new ToyEngine { ObjectiveOf = Objective }, Sweep("ranks", "--keep", "best", "--resume")).AssertOk();

        Assert.Equal(Results("whole"), Results("ranks"));
        for (int rank = 2; rank <= 4; rank++) Assert.Equal(9, NpyFile.Read(_folder["ranks", $"activations-kl-k0{rank}.npy"]).GetLength(1));
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["ranks", OutputFiles.Sweep]));
        foreach (var rank in json.RootElement.GetProperty("losses")[0].GetProperty("ranks").EnumerateArray())
        {
            Assert.Equal(2, rank.GetProperty("bestSeed").GetInt32());
            var best = rank.GetProperty("restarts")[2];
            Assert.Equal((0.5, best.GetProperty("loss").GetDouble()), (best.GetProperty("objective").GetDouble(), rank.GetProperty("bestLoss").GetDouble()));
        }
    }

    /// <summary>Behind the largest seed they begin again, and of equal starts the first is the best.</summary>
    [Fact]
    public void Of_equal_starts_the_first_is_kept_where_seeds_begin_again()
    {
        CliRun.Of(new ToyEngine { ObjectiveOf = (_, _) => 1 }, Sweep("ranks", "--keep", "best", "--seed", "18446744073709551615")).AssertOk();

        for (int rank = 2; rank <= 4; rank++) Assert.Equal(7 + 15, NpyFile.Read(_folder["ranks", $"activations-kl-k0{rank}.npy"]).GetLength(1));
    }

    /// <summary>The second start is the best of each rank, and its activations are the only ones that are kept.</summary>
    [Fact]
    public void The_best_without_its_activations_is_computed_again()
    {
        CliRun.Of(Sweep("whole", "--keep", "best")).AssertOk();
        Stop(5, "--keep", "best");
        File.Delete(_folder["ranks.partial", "activations-kl-k02-seed1.npy"]);

        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--keep", "best", "--resume")).AssertOk();

        Assert.Equal([1ul], engine.Computed.Where(key => key.Rank == 2).Select(key => key.Seed));
        Assert.Equal(Results("whole"), Results("ranks"));
    }

    [Fact]
    public void An_error_leaves_the_models_too()
    {
        var engine = new ToyEngine();
        var broken = new ToyEngine { AfterModel = () => throw new InvalidOperationException("broken") };
        CliRun.Of(broken, Sweep("ranks")).AssertError(ExitCodes.Internal, "broken");
        CliRun.Of(engine, Sweep("ranks", "--resume")).AssertOk();
        Assert.Equal(8, engine.Computed.Count);
    }

    [Fact]
    public void Without_a_model_nothing_is_left()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        CliRun.Until(new ToyEngine(), Sweep("ranks"), cancellation.Token).AssertError(ExitCodes.Cancelled, "stopped; nothing was written");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void Where_nothing_was_left_resume_begins()
    {
        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--resume")).AssertOk();
        Assert.Equal(9, engine.Computed.Count);
        CliRun.Of(Sweep("ranks", "--resume")).AssertError(ExitCodes.Output, "exists already");
    }

    [Fact]
    public void Work_that_was_left_is_not_lost_by_accident()
    {
        Stop(4);
        CliRun.Of(Sweep("ranks")).AssertError(ExitCodes.Output, "ranks.partial", "--resume", "--force");
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["ranks"]).AssertError(ExitCodes.Output, "interrupted sweep");
        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--force")).AssertOk();
        Assert.Equal(9, engine.Computed.Count);
        Assert.Equal(["ranks", "song.wav"], _folder.Names);
    }

    [Theory]
    [InlineData("--ranks 2..5", "--ranks is 2,3,4,5 and was 2,3,4")]
    [InlineData("--loss is", "--loss is is and was kl")]
    [InlineData("--restarts 4", "--restarts is 4 and was 3")]
    [InlineData("--seed 1", "--seed is 1 and was 0")]
    [InlineData("--tol 0", "--tol is 0 and was 0.0001")]
    [InlineData("--max-iter 7", "--max-iter is 7 and was 200")]
    [InlineData("--solver mu", "--solver is mu and was emu")]
    [InlineData("--n-fft 1024", "--n-fft is 1024 and was 2048")]
    [InlineData("--win-length 1000 --hop-length 512", "--win-length is 1000 and was 2048")]
    [InlineData("--window blackman", "--window is blackman and was hann")]
    [InlineData("--no-center", "--center is false and was true")]
    [InlineData("--pad-mode reflect", "--pad-mode is reflect and was constant")]
    [InlineData("--channels mono", "--channels is mono and was joint")]
    [InlineData("--duration 0.5", "--duration is 0.5 and was not given")]
    [InlineData("--start 0.1", "--start is 0.1 and was 0")]
    [InlineData("--keep best", "--keep is best and was none")]
    [InlineData("--device cpu", "--device is cpu and was auto")]
    public void Another_option_is_refused_and_named(string options, string difference)
    {
        Stop(4);
        string[] args = options.Split(' '), kept = Directory.GetFiles(_folder["ranks.partial"]);
        string[] usual = Sweep("ranks", "--resume");
        // An option that the usual command line has as well is replaced.
        int at = Array.IndexOf(usual, args[0]);
        string[] line = at < 0 ? [.. usual, .. args] : [.. usual[..at], .. args, .. usual[(at + 2)..]];

        CliRun.Of(line).AssertError(ExitCodes.Usage, difference, "ranks.partial", "--force");

        Assert.Equal(kept.Order(StringComparer.Ordinal), Directory.GetFiles(_folder["ranks.partial"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_was_refused_can_still_go_on()
    {
        Stop(4);
        CliRun.Of(Sweep("ranks", "--resume", "--tol", "0")).AssertError(ExitCodes.Usage, "--tol");
        var engine = new ToyEngine();
        CliRun.Of(engine, Sweep("ranks", "--resume")).AssertOk();
        Assert.Equal(5, engine.Computed.Count);
    }

    [Fact]
    public void Another_recording_is_refused_whatever_its_name()
    {
        Stop(4);
        TestRecording.WriteTones(_folder["song.wav"], seed: 2);
        CliRun.Of(Sweep("ranks", "--resume")).AssertError(ExitCodes.Usage, "INPUT is another recording");
    }

    [Fact]
    public void Another_device_is_refused()
    {
        Stop(4);
        CliRun.Of(new ToyEngine { Kind = "toy-2" }, Sweep("ranks", "--resume")).AssertError(ExitCodes.Usage, "the device's kind is toy-2 and was toy-1");
    }

    [Fact]
    public void Another_version_is_refused()
    {
        Stop(4);
        string path = _folder["ranks.partial", OutputFiles.SweepWork];
        File.WriteAllText(path, File.ReadAllText(path).Replace($"\"{ProgramInfo.Version}\"", "\"0.0.1\"", StringComparison.Ordinal));
        CliRun.Of(Sweep("ranks", "--resume")).AssertError(ExitCodes.Usage, $"the version is {ProgramInfo.Version} and was 0.0.1");
        foreach (string damaged in new[] { "{", "{ \"version\": 1, \"version\": 2 }", "{ \"\\ud800\": 1 }" })
        {
            File.WriteAllText(path, damaged);
            CliRun.Of(Sweep("ranks", "--resume")).AssertError(ExitCodes.Usage, "cannot be read");
        }
        File.WriteAllText(path, "{ \"version\": \"\\ud800\" }");
        CliRun.Of(Sweep("ranks", "--resume")).AssertError(ExitCodes.Usage, "and was unreadable");
    }

    [Fact]
    public void Two_runs_do_not_share_the_work()
    {
        CliRun? second = null;
        var engine = new ToyEngine { AfterModel = () => second ??= CliRun.Of(Sweep("ranks", "--resume")) };
        CliRun.Of(engine, Sweep("ranks")).AssertOk();
        second!.AssertError(ExitCodes.Output, "another run of gpunmf is working");
    }

    /// <summary>What is stored at each model is all that the model needs, whatever was better before.</summary>
    [Fact]
    public void Of_the_activations_only_the_best_are_held()
    {
        string[][] during = [[], []];
        int stored = 0;
        var engine = new ToyEngine
        {
            AfterModel = () =>
            {
                if (stored < 2) during[stored++] = [.. Directory.GetFiles(_folder["ranks.partial"], "activations-*").Select(path => Path.GetFileName(path)!)];
            },
        };
        CliRun.Of(engine, Sweep("ranks", "--keep", "best")).AssertOk();
        Assert.Equal(["activations-kl-k02-seed0.npy"], during[0]);
        Assert.Equal(["activations-kl-k02-seed1.npy"], during[1]);
    }
}
