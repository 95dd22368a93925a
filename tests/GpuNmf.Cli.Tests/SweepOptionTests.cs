using GpuNmf.Masking;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Tests;

/// <summary>What the options of <c>sweep</c> mean, and what is refused.</summary>
public sealed class SweepOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToyEngine _engine = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(string options) => CliRun.Of(
        _engine, ["sweep", TestRecording.WriteTones(_folder["song.wav"], 0.5), "--out", _folder["ranks"], .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    [Fact]
    public void Defaults_are_those_of_the_library_and_of_separate()
    {
        Run("").AssertOk();
        SweepOptions options = _engine.SweepOptions!;
        Assert.Equal(Enumerable.Range(2, 15), options.Ranks);
        Assert.Equal([1.0], options.Betas);
        Assert.Equal(new NmfOptions { Restarts = 8 }, options.Nmf);
        Assert.Equal(new(), options.Stft);
        Assert.Equal(ChannelMode.Joint, options.Channels);
        Assert.Equal("auto", _engine.Device!.ToString());
    }

    [Theory]
    [InlineData("4", 4)]
    [InlineData("2,3,5", 2, 3, 5)]
    [InlineData("5,2,3,2", 2, 3, 5)]
    [InlineData("2..5", 2, 3, 4, 5)]
    [InlineData("2..9:3", 2, 5, 8)]
    [InlineData("2..3,8..12:2,256", 2, 3, 8, 10, 12, 256)]
    [InlineData("7..7", 7)]
    public void Ranks_are_lists_and_ranges(string text, params int[] ranks)
    {
        Run($"--ranks {text}").AssertOk();
        Assert.Equal(ranks, _engine.SweepOptions!.Ranks);
    }

    [Theory]
    [InlineData("kl", 1.0)]
    [InlineData("kl,0.5,is", 1.0, 0.5, 0.0)]
    [InlineData("frobenius,-0.5", 2.0, -0.5)]
    [InlineData("-1,4", -1.0, 4.0)]
    public void Losses_are_lists_of_what_separate_takes(string text, params double[] betas)
    {
        Run($"--loss {text} --ranks 2").AssertOk();
        Assert.Equal(betas, _engine.SweepOptions!.Betas);
    }

    [Fact]
    public void The_others_are_those_of_separate()
    {
        Run("--ranks 2 --restarts 3 --solver mu --exponent fast --loss is --max-iter 30 --tol 0 --seed 9 --n-fft 512 --hop-length 100 --channels stack --device cpu --threads 1 --start 0.1 --duration 0.2").AssertOk();
        SweepOptions options = _engine.SweepOptions!;
        Assert.Equal(
            new NmfOptions { Solver = NmfSolver.MultiplicativeUpdate, Exponent = UpdateExponent.Fast, MaxIterations = 30, Tolerance = 0, Seed = 9, Restarts = 3 }, options.Nmf);
        Assert.Equal((512, 100), (options.Stft.FftLength, options.Stft.EffectiveHopLength));
        Assert.Equal(ChannelMode.Stack, options.Channels);
        Assert.Equal(1, _engine.Device!.Threads);
        Assert.Equal(1600, _engine.Recording!.Length);
    }

    [Fact]
    public void Coordinate_descent_penalties_and_starts_too()
    {
        Run("--ranks 2 --restarts 3 --solver cd --loss frobenius --shuffle --alpha-w 0.1 --alpha-h 0.2 --l1-ratio 0.5 --init nndsvdar").AssertOk();
        Assert.Equal(
            new NmfOptions
            {
                Solver = NmfSolver.CoordinateDescent,
                Shuffle = true,
                AlphaTemplates = 0.1,
                AlphaActivations = 0.2,
                L1Ratio = 0.5,
                Initialization = NmfInitialization.NndsvdAR,
                Restarts = 3,
            },
            _engine.SweepOptions!.Nmf);
    }

    [Theory]
    [InlineData("--solver cd", "--solver", "--loss kl", "take --loss frobenius")]
    [InlineData("--init nndsvda", "--restarts is 8 unless it is given", "--init nndsvda leaves nothing to chance", "take --restarts 1")]
    [InlineData("--init nndsvd --solver cd --loss frobenius", "--restarts is 8 unless it is given", "--init nndsvd ")]
    [InlineData("--init nndsvd", "--init nndsvd leaves zeros")]
    [InlineData("--init nndsvda --restarts 3", "--restarts is 3, but --init nndsvda")]
    [InlineData("--init nndsvda", "--init", "--restarts")]
    [InlineData("--ranks 0", "--ranks is '0'", "1..256")]
    [InlineData("--ranks 257", "--ranks is '257'", "1..256")]
    [InlineData("--ranks 2..257", "--ranks is '2..257'", "1..256")]
    [InlineData("--ranks 5..2", "--ranks is '5..2'", "5 is above 2", "2..5")]
    [InlineData("--ranks 2+5", "--ranks is '2+5'", "2..16:2")]
    [InlineData("--ranks 2..5..8", "--ranks is '2..5..8'")]
    [InlineData("--ranks 2..8:0", "--ranks is '2..8:0'")]
    [InlineData("--ranks 2..8:2:2", "--ranks is '2..8:2:2'")]
    [InlineData("--ranks 4:2", "--ranks is '4:2'")]
    [InlineData("--ranks 2,,3", "--ranks is '2,,3'")]
    [InlineData("--ranks many", "--ranks is 'many'", "whole numbers")]
    [InlineData("--ranks 2,3 --ranks 4", "--ranks is given 2 times")]
    [InlineData("--loss kl,euclid", "--loss is 'euclid'", "kl, frobenius, is")]
    [InlineData("--loss kl,1", "--loss is 'kl,1'", "twice")]
    [InlineData("--loss kl,9", "--loss is 9", "-1..4")]
    [InlineData("--loss kl,is --exponent fast", "--exponent", "--loss kl")]
    [InlineData("--restarts 0", "--restarts is 0", "1..1024")]
    [InlineData("--restarts few", "--restarts is 'few'", "1..1024")]
    [InlineData("--restarts 1 --pick", "--pick compares starts", "--restarts is 1")]
    [InlineData("--keep some", "--keep is 'some'", "none, best, all")]
    [InlineData("--channels left", "--channels is 'left'", "joint, stack, mono")]
    [InlineData("--max-iter 1000000 --restarts 1024", "15360 models of 1000000 iterations", "2147483647")]
    [InlineData("--n-fft 1000", "--n-fft is 1000", "power of two")]
    [InlineData("--n-fft 8192", "song.wav", "4000 samples", "--n-fft")]
    [InlineData("--rank 4", "unknown option '--rank'", "did you mean '--ranks'?")]
    [InlineData("--encoding pcm16", "unknown option '--encoding'")]
    [InlineData("--init-templates w.npy", "unknown option '--init-templates'")]
    [InlineData("--loss -1,x", "--loss is 'x'")]
    public void A_wrong_value_is_one_line_with_the_value_and_the_rule(string options, params string[] pieces)
    {
        Run(options).AssertError(options.Contains("8192", StringComparison.Ordinal) ? ExitCodes.Input : ExitCodes.Usage, pieces);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void A_missing_input_or_folder_is_named()
    {
        CliRun.Of("sweep", "--out", "x").AssertError(ExitCodes.Usage, "INPUT is missing");
        CliRun.Of("sweep", "x.wav").AssertError(ExitCodes.Usage, "--out FOLDER is missing");
        CliRun.Of("sweep", "no-such.wav", "--out", _folder["ranks"]).AssertError(ExitCodes.Input, "'no-such.wav': no such file");
    }

    [Fact]
    public void An_input_inside_the_output_is_refused()
    {
        Directory.CreateDirectory(_folder["ranks.partial"]);
        string song = TestRecording.WriteTones(_folder["ranks.partial", "song.wav"]);
        CliRun.Of("sweep", song, "--out", _folder["ranks"]).AssertError(ExitCodes.Usage, "INPUT", "where --out writes");
    }

    [Fact]
    public void The_help_has_grammar_files_and_defaults()
    {
        string help = CliRun.Of("sweep", "--help").AssertOk().Stdout;
        string[] pieces =
        [
            "--ranks <LIST>", "2..16:2", "[default: 2..16]", "--restarts <N>", "[default: 8]", "--keep <WHAT>", "[default: none]", "--pick", "--resume", "--seed <N>", "--n-fft <SAMPLES>",
            "sweep.csv", "sweep.json", "sweep-loss.png", "sweep-stability.png", "templates-kl-k03.npy", "Stability:", "FOLDER.partial",
        ];
        foreach (string piece in pieces) Assert.Contains(piece, help, StringComparison.Ordinal);
        Assert.DoesNotContain("--encoding", help, StringComparison.Ordinal);
    }
}
