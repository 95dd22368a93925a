namespace GpuNmf.Cli.Tests;

public sealed class UsageErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(string options) =>
        CliRun.Of(["separate", TestRecording.WriteTones(_folder["song.wav"], 0.5), "--out", _folder["parts"], .. options.Split(' ')]);

    [Theory]
    [InlineData("--rank 0", "--rank is 0", "1..256")]
    [InlineData("--rank 257", "--rank is 257", "1..256")]
    [InlineData("--rank many", "--rank is 'many'", "whole number in 1..256")]
    [InlineData("--rank 99999999999", "--rank is '99999999999'", "1..256")]
    [InlineData("--rank 2.5", "--rank is '2.5'", "whole number")]
    [InlineData("--loss 9", "--loss is 9", "-1..4")]
    [InlineData("--loss nan", "--loss is 'nan'", "kl, frobenius, is")]
    [InlineData("--loss euclid", "--loss is 'euclid'", "kl, frobenius, is")]
    [InlineData("--solver hals", "--solver is 'hals'", "emu", "mu")]
    [InlineData("--exponent slow", "--exponent is 'slow'", "mm, fast")]
    [InlineData("--exponent fast", "--exponent", "0 <= beta < 1 and this is --loss kl (beta 1)")]
    [InlineData("--exponent fast --loss 1.5", "--exponent", "beta is 1.5")]
    [InlineData("--solver cd --loss kl", "--solver", "this is --loss kl (beta 1): take --loss frobenius")]
    [InlineData("--solver cd --loss is", "this is --loss is (beta 0)")]
    [InlineData("--solver cd --loss 0.5", "beta is 0.5: take --loss frobenius")]
    [InlineData("--solver cd --loss -1", "beta is -1:")]
    [InlineData("--solver cd --loss 0.05", "beta is 0.05:")]
    [InlineData("--exponent fast --loss is", "--exponent", "--solver mu")]
    [InlineData("--restarts 0", "--restarts is 0", "1..1024")]
    [InlineData("--restarts few", "--restarts is 'few'", "1..1024")]
    [InlineData("--max-iter 0", "--max-iter is 0", "1..1000000")]
    [InlineData("--tol 1", "--tol is 1", "at least 0 and below 1")]
    [InlineData("--tol -0.1", "--tol is -0.1", "at least 0 and below 1")]
    [InlineData("--tol small", "--tol is 'small'", "number")]
    [InlineData("--seed -1", "--seed is '-1'", "0..18446744073709551615")]
    [InlineData("--init nndsvdb", "--init is 'nndsvdb'", "random, nndsvd, nndsvda, nndsvdar, kmeans")]
    [InlineData("--init nndsvd", "--init nndsvd leaves zeros", "take nndsvda or nndsvdar")]
    [InlineData("--init nndsvda --restarts 3", "--restarts is 3", "leaves nothing to chance")]
    [InlineData("--normalize all", "--normalize is 'all'", "none, templates")]
    [InlineData("--n-fft 1000", "--n-fft is 1000", "power of two in 64..32768")]
    [InlineData("--n-fft 65536", "--n-fft is 65536", "64..32768")]
    [InlineData("--hop-length 0", "--hop-length is 0", "1..2048")]
    [InlineData("--win-length 4096", "--win-length is 4096", "1..2048 (--n-fft)")]
    [InlineData("--window hanm", "--window is 'hanm'", "hann, hamming, blackman, rectangular (did you mean 'hann'?)")]
    [InlineData("--center maybe", "--center is 'maybe'", "true, false")]
    [InlineData("--center true --no-center", "--center true", "--no-center")]
    [InlineData("--pad-mode edge", "--pad-mode is 'edge'", "constant, reflect")]
    [InlineData("--reconstruct phase", "--reconstruct is 'phase'", "mask, magnitude")]
    [InlineData("--mask-power 0", "--mask-power is 0", "above 0 and at most 16")]
    [InlineData("--mask-power 2 --reconstruct magnitude", "--mask-power is for masks", "magnitude")]
    [InlineData("--channels left", "--channels is 'left'", "joint, stack, mono")]
    [InlineData("--device gpu", "--device", "'gpu'", "auto, cpu, cuda")]
    [InlineData("--threads 0", "--threads is '0'", "1..1024")]
    [InlineData("--threads 1025", "--threads is '1025'", "1..1024")]
    [InlineData("--simd 1024", "--simd is '1024'", "auto, 128, 256, 512")]
    [InlineData("--device cuda --threads 2", "--threads", "cpu device", "cuda:0")]
    [InlineData("--device opencl:1 --simd 128", "--simd", "cpu device", "opencl:1")]
    [InlineData("--encoding mp3", "--encoding is 'mp3'", "float32, pcm16, pcm24")]
    [InlineData("--start -1", "--start is '-1'", "at least 0")]
    [InlineData("--start 9.5", "--start is 9.5; it must be", "before the end", "0.5 s")]
    [InlineData("--l1-ratio 0.5", "--l1-ratio shares out penalties, and there are none", "give --alpha-w or --alpha-h")]
    [InlineData("--duration 0", "--duration is '0'", "above 0")]
    [InlineData("--duration infinity", "--duration is 'infinity'", "seconds")]
    [InlineData("--ranl 8", "unknown option '--ranl'", "did you mean '--rank'?", "separate --help")]
    [InlineData("--rnak=8", "unknown option '--rnak'", "did you mean '--rank'?")]
    [InlineData("--frobnicate", "unknown option '--frobnicate'", "separate --help")]
    [InlineData("-k 8", "unknown option '-k'")]
    [InlineData("--rank", "--rank needs a value", "--rank K")]
    [InlineData("--rank --force", "--rank needs a value", "--rank K")]
    [InlineData("--rank 3 --rank 4", "--rank is given 2 times")]
    [InlineData("--force=true", "'true'")]
    [InlineData("--skip-existing --force", "--skip-existing leaves what --force replaces")]
    [InlineData("--out {nmae}/{index}", "--out is given 2 times")]
    public void A_wrong_value_is_one_line_with_the_value_and_the_rule(string options, params string[] pieces)
    {
        Run(options).AssertError(ExitCodes.Usage, pieces);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void A_missing_command_lists_the_commands() =>
        CliRun.Of().AssertError(ExitCodes.Usage, "no command given", "separate, sweep, learn and devices");

    [Fact]
    public void A_misspelt_command_is_recognised() =>
        CliRun.Of("separat", "x.wav").AssertError(ExitCodes.Usage, "'separat' is no command", "did you mean 'separate'?");

    [Fact]
    public void An_option_before_the_command_is_not_taken_for_one() =>
        CliRun.Of("--rank", "8").AssertError(ExitCodes.Usage, "'--rank' is no command");

    [Fact]
    public void A_missing_input_is_named() => CliRun.Of("separate", "--out", "x").AssertError(ExitCodes.Usage, "INPUT is missing");

    [Fact]
    public void A_missing_folder_is_named() => CliRun.Of("separate", "x.wav").AssertError(ExitCodes.Usage, "--out FOLDER is missing");

    [Fact]
    public void An_empty_folder_name_is_refused() => CliRun.Of("separate", "x.wav", "--out", "").AssertError(ExitCodes.Usage, "--out is ''");

    [Fact]
    public void Devices_takes_no_argument() => CliRun.Of("devices", "gpu").AssertError(ExitCodes.Usage, "'gpu'", "no argument");

    [Fact]
    public void A_misspelt_option_of_devices_is_recognised() =>
        CliRun.Of("devices", "--jsn").AssertError(ExitCodes.Usage, "'--jsn'", "did you mean '--json'?");

    [Fact]
    public void After_two_dashes_a_name_may_begin_with_a_dash() =>
        CliRun.Of("separate", "--out", _folder["parts"], "--", "-no-such.wav").AssertError(ExitCodes.Input, "'-no-such.wav'");

    [Fact]
    public void A_name_that_begins_with_an_at_sign_is_a_file() =>
        CliRun.Of("separate", "@song.wav", "--out", _folder["parts"]).AssertError(ExitCodes.Input, "'@song.wav'");
}
