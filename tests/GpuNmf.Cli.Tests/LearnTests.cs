using System.Security.Cryptography;
using System.Text.Json;
using GpuNmf.Cli.Errors;
using GpuNmf.Grouping;
using GpuNmf.Nmf;
using Xunit;

namespace GpuNmf.Cli.Tests;

/// <summary><c>gpunmf learn</c>, and what <c>separate</c> makes of its files.</summary>
public sealed class LearnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToyEngine _engine = new();

    public LearnTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_learnt_and_says_what_it_holds()
    {
        CliRun run = Run("learn", _folder["song.wav"], "--rank", "3", "--loss", "is", "--out", _folder["a.npz"], "--json");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Stderr));
        Assert.Equal((3, 0.0), (_engine.Options!.Nmf.Rank, _engine.Options.Nmf.Beta));
        using var document = JsonDocument.Parse(run.Stdout);
        Assert.Equal((3, 1025), (document.RootElement.GetProperty("rank").GetInt32(), document.RootElement.GetProperty("bins").GetInt32()));
        Assert.Equal(3, LearntTemplates.Load(_folder["a.npz"]).Rank);
        Assert.Equal(["a.npz", "song.wav"], Directory.GetFileSystemEntries(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(NmfStop.Tolerance, true, "tol", "converged")]
    [InlineData(NmfStop.MaxIterations, false, "max-iter", "not converged")]
    [InlineData(NmfStop.TargetLoss, false, "target-loss", "not converged")]
    public void It_says_how_the_fit_went_as_separate_does(NmfStop stop, bool converged, string word, string printed)
    {
        var engine = new ToyEngine { LearnStop = stop };
        CliRun json = CliRun.Of(engine, "learn", _folder["song.wav"], "--rank", "3", "--seed", "7", "--restarts", "2", "--out", _folder["a.npz"], "--json").AssertOk();
        using var document = JsonDocument.Parse(json.Stdout);
        JsonElement learnt = document.RootElement;
        Assert.Equal(
            ["program", "version", "file", "rank", "bins", "sampleRateHz", "nFft", "winLength", "window", "beta", "device", "seed", "restarts", "iterations", "converged", "stop", "loss", "warnings"],
            learnt.EnumerateObject().Select(property => property.Name));
        Assert.Equal((40, converged, word, 0.1 + 0.2),
            (learnt.GetProperty("iterations").GetInt32(), learnt.GetProperty("converged").GetBoolean(), learnt.GetProperty("stop").GetString(), learnt.GetProperty("loss").GetDouble()));
        Assert.Equal([7, 8], learnt.GetProperty("restarts").EnumerateArray().Select(start => start.GetProperty("seed").GetInt32()));

        string[] lines = CliRun.Of(engine, "learn", _folder["song.wav"], "--rank", "3", "--seed", "7", "--restarts", "2", "--out", _folder["b.npz"]).AssertOk().Stdout.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal($"{_folder["b.npz"]}: 3 templates of 1025 bins at 8000 Hz: 40 iterations, {printed}, loss 0.3, on toy-1 (Toy processor)", lines[0].TrimEnd('\r'));
        Assert.Equal("2 starts: losses 0.3 to 1.3, kept seed 7", lines[1]);
        Assert.Single(CliRun.Of(engine, "learn", _folder["song.wav"], "--out", _folder["c.npz"]).AssertOk().Stdout.TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_file_that_is_there_is_replaced_only_when_told()
    {
        File.WriteAllText(_folder["a.npz"], "mine");
        CliRun refused = Run("learn", _folder["song.wav"], "--out", _folder["a.npz"], "--quiet");
        Assert.Equal(ExitCodes.Output, refused.ExitCode);
        Assert.Contains("--force", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["a.npz"]));

        CliRun foreign = Run("learn", _folder["song.wav"], "--out", _folder["a.npz"], "--quiet", "--force");
        Assert.Equal(ExitCodes.Output, foreign.ExitCode);
        Assert.Contains("no dictionary", foreign.Stderr, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["a.npz"]));

        Assert.Equal(ExitCodes.Ok, Run("learn", _folder["song.wav"], "--rank", "3", "--out", _folder["b.npz"], "--quiet").ExitCode);
        Assert.Equal(ExitCodes.Ok, Run("learn", _folder["song.wav"], "--out", _folder["b.npz"], "--quiet", "--force").ExitCode);
        Assert.Equal(8, LearntTemplates.Load(_folder["b.npz"]).Rank);
    }

    /// <summary>Templates of a dictionary have a sum of 1 whatever is asked for, so nothing can be asked for.</summary>
    [Fact]
    public void The_scale_of_the_templates_is_no_option()
    {
        Refused(ExitCodes.Usage, "unknown option '--normalize'", "learn", _folder["song.wav"], "--out", _folder["a.npz"], "--normalize", "templates");
        Assert.DoesNotContain("--normalize", Run("learn", "--help").AssertOk().Stdout, StringComparison.Ordinal);
        Assert.Contains("--normalize", Run("separate", "--help").AssertOk().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_can_be_written_nothing_is_learnt()
    {
        Assert.Contains("is a folder", Run("learn", _folder["song.wav"], "--out", _folder.Root).Stderr, StringComparison.Ordinal);
        Assert.Contains("no folder", Run("learn", _folder["song.wav"], "--out", Path.Combine(_folder["absent"], "a.npz")).Stderr, StringComparison.Ordinal);
        Assert.Contains("the recording itself", Run("learn", _folder["song.wav"], "--out", _folder["song.wav"], "--force").Stderr, StringComparison.Ordinal);
        Assert.Null(_engine.Options);
    }

    /// <summary>Options and recording were checked before: what the computation refuses is no error of the user's.</summary>
    [Fact]
    public void A_defect_is_no_wrong_usage()
    {
        var engine = new ToyEngine { BeforeLearning = () => throw new ArgumentException("A buffer is too short.") };
        CliRun.Of(engine, "learn", _folder["song.wav"], "--out", _folder["a.npz"], "--quiet").AssertError(ExitCodes.Internal, "internal error", "A buffer is too short.");

        engine = new ToyEngine { BeforeLearning = () => throw new NothingToLearnException("The recording is silent: there is nothing to learn.") };
        CliRun.Of(engine, "learn", _folder["song.wav"], "--out", _folder["a.npz"], "--quiet").AssertError(ExitCodes.Input, "song.wav': The recording is silent");

        Refused(ExitCodes.Input, "2048", "learn", TestRecording.WriteTones(_folder["short.wav"], 0.1), "--out", _folder["a.npz"], "--quiet");
        Refused(ExitCodes.Usage, "--rank is 257", "learn", _folder["song.wav"], "--out", _folder["a.npz"], "--rank", "257");
        Assert.False(File.Exists(_folder["a.npz"]));
    }

    [Fact]
    public void Dictionaries_become_sources()
    {
        Run("learn", _folder["song.wav"], "--rank", "3", "--out", _folder["a.npz"]);
        Run("learn", _folder["song.wav"], "--rank", "2", "--out", _folder["b.npz"]);

        CliRun run = Run("separate", _folder["song.wav"], "--dictionary", _folder["a.npz"], "--dictionary", _folder["b.npz"], "--free", "2", "--adapt", "--out", _folder["parts"], "--quiet");

        Assert.Equal((ExitCodes.Ok, ""), (run.ExitCode, run.Stderr));
        var nmf = _engine.Options!.Nmf;
        Assert.Equal((7, 5, 20), (nmf.Rank, nmf.FixedTemplates!.GetLength(1), nmf.AdaptIterations));
        Assert.Equal((3, GroupingMethod.Assigned), (_engine.Options.Grouping!.Sources, _engine.Options.Grouping.Method));
        Assert.Equal([0, 0, 0, 1, 1, 2, 2], _engine.Options.Grouping.Assignment!);
        Assert.True(File.Exists(Path.Combine(_folder["parts"], "source-3.wav")));
    }

    [Fact]
    public void The_result_and_the_summary_say_where_sources_come_from()
    {
        Run("learn", _folder["song.wav"], "--rank", "3", "--out", _folder["a.npz"]);
        Run("learn", _folder["song.wav"], "--rank", "2", "--out", _folder["b.npz"]);
        string[] args = ["separate", _folder["song.wav"], "--out", _folder["parts"], "--dictionary", _folder["a.npz"], "--dictionary", _folder["b.npz"]];

        JsonElement parameters = Parameters([.. args, "--keep-components"], out _);
        Assert.Equal(
            JsonSerializer.Serialize(new[] { "a.npz", "b.npz" }.Select((file, i) => new { file, rank = 3 - i, sha256 = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder[file]))) })),
            JsonSerializer.Serialize(parameters.GetProperty("dictionaries")));
        Assert.Equal(0, parameters.GetProperty("free").GetInt32());
        Assert.True(parameters.GetProperty("keepComponents").GetBoolean());

        Assert.Equal(2, Parameters([.. args, "--free", "2", "--force"], out string stdout).GetProperty("free").GetInt32());
        Assert.Matches(@"source +file +from", stdout);
        Assert.Matches(@"1 +source-1\.wav +a\.npz ", stdout);
        Assert.Matches(@"2 +source-2\.wav +b\.npz ", stdout);
        Assert.Matches(@"3 +source-3\.wav +free ", stdout);

        JsonElement Parameters(string[] all, out string printed)
        {
            printed = Run(all).AssertOk().Stdout;
            using var result = JsonDocument.Parse(File.ReadAllText(_folder["parts", "result.json"]));
            return result.RootElement.GetProperty("parameters").Clone();
        }
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Run("learn", _folder["song.wav"], "--rank", "3", "--n-fft", "512", "--out", _folder["a.npz"]);
        string[] start = ["separate", _folder["song.wav"], "--out", _folder["parts"], "--dictionary", _folder["a.npz"]];

        Refused(ExitCodes.Usage, "--rank follows from", [.. start, "--rank", "4"]);
        Refused(ExitCodes.Usage, "leave --sources out", [.. start, "--sources", "2"]);
        Refused(ExitCodes.Usage, "leave --group-by out", [.. start, "--group-by", "envelope"]);
        Refused(ExitCodes.Usage, "leave --sources and --example out", [.. start, "--sources", "2", "--example", _folder["song.wav"]]);
        Refused(ExitCodes.Usage, "--free is for dictionaries", "separate", _folder["song.wav"], "--out", _folder["parts"], "--free", "2");
        Refused(ExitCodes.Usage, "--free is '-1'; it must be a whole number in 0..256", [.. start, "--free", "-1"]);
        Refused(ExitCodes.Usage, "--free is '300'; it must be a whole number in 0..256", [.. start, "--free", "300"]);
        Refused(ExitCodes.Usage, "--dictionary and --free are 3 + 254 components, and there can be 256; take --free 253 at most", [.. start, "--free", "254"]);
        Run("learn", _folder["song.wav"], "--rank", "256", "--n-fft", "512", "--out", _folder["many.npz"]);
        Refused(ExitCodes.Usage, "--dictionary is 259 components in all, and there can be 256; leave a dictionary out", [.. start, "--dictionary", _folder["many.npz"]]);
        Refused(ExitCodes.Usage, "--dictionary and --free are 256 + 1 components, and there can be 256; leave a dictionary out", "separate", _folder["song.wav"], "--out", _folder["parts"], "--dictionary", _folder["many.npz"], "--free", "1");
        Run("learn", _folder["song.wav"], "--rank", "3", "--n-fft", "1024", "--out", _folder["b.npz"]);
        Refused(ExitCodes.Input, "--dictionary 'a.npz' was learnt with --n-fft 512 and 'b.npz' with --n-fft 1024, so that their bins are not the same; learn one of them anew with the --n-fft of the other", [.. start, "--dictionary", _folder["b.npz"]]);
        Refused(ExitCodes.Input, "' is a folder; name a file", [.. start, "--dictionary", _folder.Root]);
        Refused(ExitCodes.Input, "'a.npz' was learnt with --n-fft 512, --win-length 512, --window hann; the recording is framed with --n-fft 2048, --win-length 2048, --window hann.", start);
        Refused(ExitCodes.Input, "no such file", "separate", _folder["song.wav"], "--out", _folder["parts"], "--dictionary", _folder["absent.npz"]);
        Refused(ExitCodes.Input, "--dictionary", "separate", _folder["song.wav"], "--out", _folder["parts"], "--dictionary", _folder["song.wav"]);
        Assert.False(Directory.Exists(_folder["parts"]));
    }

    [Fact]
    public void One_dictionary_and_nothing_beside_it_is_warned_of()
    {
        Run("learn", _folder["song.wav"], "--rank", "3", "--out", _folder["a.npz"]);
        string[] args = ["separate", _folder["song.wav"], "--out", _folder["parts"], "--force", "--dictionary", _folder["a.npz"]];
        Assert.Contains("warning: There is one --dictionary and nothing beside it, so that everything is given back as one part; --free 4 takes up everything else.", Run(args).AssertOk().Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("as one part", Run([.. args, "--free", "1"]).AssertOk().Stderr, StringComparison.Ordinal);
    }

    private void Refused(int exitCode, string message, params string[] args)
    {
        CliRun run = Run(args);
        Assert.Contains(message, run.Stderr, StringComparison.Ordinal);
        Assert.Equal(exitCode, run.ExitCode);
    }

    private CliRun Run(params string[] args) => CliRun.Of(_engine, args);
}
