using System.Globalization;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf.Cli.Tests;

public sealed class SeparateOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToyEngine _engine = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(params string[] options) =>
        CliRun.Of(_engine, ["separate", TestRecording.WriteTones(_folder["song.wav"], 0.5), "--out", _folder["parts"], .. options]);

    [Fact]
    public void Without_options_the_defaults_of_the_library_hold()
    {
        Run().AssertOk();
        Assert.Equal(new SeparationOptions(), _engine.Options);
        Assert.Equal(DeviceRequest.Auto, _engine.Device);
    }

    [Theory]
    [InlineData("--rank 12", "Nmf.Rank", "12")]
    [InlineData("--rank=12", "Nmf.Rank", "12")]
    [InlineData("--loss kl", "Nmf.Beta", "1")]
    [InlineData("--loss frobenius", "Nmf.Beta", "2")]
    [InlineData("--loss is", "Nmf.Beta", "0")]
    [InlineData("--loss 0.5", "Nmf.Beta", "0.5")]
    [InlineData("--loss -1", "Nmf.Beta", "-1")]
    [InlineData("--solver mu", "Nmf.Solver", nameof(NmfSolver.MultiplicativeUpdate))]
    [InlineData("--exponent mm", "Nmf.Exponent", nameof(UpdateExponent.MajorizationMinimization))]
    [InlineData("--solver emu", "Nmf.Solver", nameof(NmfSolver.ExtrapolatedMultiplicativeUpdate))]
    [InlineData("--restarts 8", "Nmf.Restarts", "8")]
    [InlineData("--solver mu --loss is --exponent fast", "Nmf.Exponent", nameof(UpdateExponent.Fast))]
    [InlineData("--max-iter 17", "Nmf.MaxIterations", "17")]
    [InlineData("--tol 0", "Nmf.Tolerance", "0")]
    [InlineData("--tol 1e-6", "Nmf.Tolerance", "1E-06")]
    [InlineData("--seed 18446744073709551615", "Nmf.Seed", "18446744073709551615")]
    [InlineData("--init random", "Nmf.InitialTemplates", "")]
    [InlineData("--init random", "Nmf.Initialization", "Random")]
    [InlineData("--init nndsvda", "Nmf.Initialization", "NndsvdA")]
    [InlineData("--init nndsvdar", "Nmf.Initialization", "NndsvdAR")]
    [InlineData("--init kmeans", "Nmf.Initialization", "KMeans")]
    [InlineData("--normalize templates", "Nmf.NormalizeTemplates", "True")]
    [InlineData("--normalize none", "Nmf.NormalizeTemplates", "False")]
    [InlineData("--n-fft 1024", "Stft.FftLength", "1024")]
    [InlineData("--hop-length 300", "Stft.HopLength", "300")]
    [InlineData("--win-length 1000", "Stft.WindowLength", "1000")]
    [InlineData("--window hann", "Stft.Window", nameof(WindowKind.Hann))]
    [InlineData("--window hamming", "Stft.Window", nameof(WindowKind.Hamming))]
    [InlineData("--window blackman", "Stft.Window", nameof(WindowKind.Blackman))]
    [InlineData("--window rectangular", "Stft.Window", nameof(WindowKind.Rectangular))]
    [InlineData("--center true", "Stft.Center", "True")]
    [InlineData("--center false --window rectangular --hop-length 976", "Stft.Center", "False")]
    [InlineData("--no-center --window rectangular --hop-length 976", "Stft.Center", "False")]
    [InlineData("--center false --no-center --window rectangular --hop-length 976", "Stft.Center", "False")]
    [InlineData("--pad-mode constant", "Stft.Padding", nameof(PaddingMode.Constant))]
    [InlineData("--pad-mode reflect", "Stft.Padding", nameof(PaddingMode.Reflect))]
    [InlineData("--reconstruct mask", "Reconstruction.Reconstruction", nameof(Reconstruction.Mask))]
    [InlineData("--reconstruct magnitude", "Reconstruction.Reconstruction", nameof(Reconstruction.Magnitude))]
    [InlineData("--mask-power 2", "Reconstruction.MaskPower", "2")]
    [InlineData("--channels joint", "Reconstruction.Channels", nameof(ChannelMode.Joint))]
    [InlineData("--channels stack", "Reconstruction.Channels", nameof(ChannelMode.Stack))]
    [InlineData("--channels mono", "Reconstruction.Channels", nameof(ChannelMode.Mono))]
    public void Every_option_reaches_the_engine(string option, string property, string value)
    {
        Run(option.Split(' ')).AssertOk();
        Assert.Equal(value, ValueOf(_engine.Options!, property));
    }

    [Theory]
    [InlineData("--device auto", "Kind", "")]
    [InlineData("--device cpu", "Kind", "Cpu")]
    [InlineData("--device cuda", "Kind", "Cuda")]
    [InlineData("--device cuda:3", "Index", "3")]
    [InlineData("--device opencl:1", "Kind", "OpenCL")]
    [InlineData("--device opencl:1", "Index", "1")]
    [InlineData("--device cpu --threads 2", "Threads", "2")]
    [InlineData("--threads 2", "Threads", "2")]
    [InlineData("--simd auto", "Simd", "Auto")]
    [InlineData("--simd 128", "Simd", "Bits128")]
    [InlineData("--simd 256", "Simd", "Bits256")]
    [InlineData("--simd 512", "Simd", "Bits512")]
    public void The_device_reaches_the_engine(string option, string property, string value)
    {
        Run(option.Split(' ')).AssertOk();
        Assert.Equal(value, ValueOf(_engine.Device!, property));
    }

    [Theory]
    [InlineData("--start 0.125", 3000)]
    [InlineData("--duration 0.3", 2400)]
    [InlineData("--start 0.125 --duration 0.25 --n-fft 512", 2000)]
    [InlineData("--start 0 --duration 99", 4000)]
    public void Start_and_duration_cut_the_recording(string option, int samples)
    {
        Run(option.Split(' ')).AssertOk();
        Assert.Equal(samples, _engine.Recording!.Length);
    }

    [Theory]
    [InlineData("float32", 3, 32)]
    [InlineData("pcm16", 1, 16)]
    [InlineData("pcm24", 1, 24)]
    public void The_encoding_is_that_of_the_files(string encoding, int formatTag, int bits)
    {
        Run("--encoding", encoding).AssertOk();
        using GpuNmf.Audio.WavSource stem = GpuNmf.Audio.WavSource.Open(_folder["parts", "component-01.wav"]);
        Assert.Equal($"{(formatTag == 3 ? "float" : "PCM")} {bits}", stem.Encoding);
    }

    [Fact]
    public void Rounded_files_say_how_much_was_rounded()
    {
        string rounded = Run("--encoding", "pcm16").AssertOk().Stdout;
        Assert.Contains("rounding dB", rounded, StringComparison.Ordinal);
        Assert.Contains("before they were rounded to pcm16", rounded, StringComparison.Ordinal);
        Assert.DoesNotContain("round", Run("--force").AssertOk().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void More_threads_than_cores_are_a_warning()
    {
        const string Warning = "more than this machine's";
        Assert.Contains(Warning, Run("--threads", $"{Environment.ProcessorCount + 1}").AssertOk().Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Warning, Run("--force", "--threads", $"{Environment.ProcessorCount}").AssertOk().Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Starts_from_files_set_the_rank()
    {
        var templates = new float[1025, 3];
        templates[7, 2] = 0.5f;
        var activations = new float[3, 8];       // 4000 samples, hop 512: 1 + 7 frames
        activations[1, 5] = 0.25f;
        NpyFile.Write(_folder["w.npy"], templates);
        NpyFile.Write(_folder["h.npy"], activations);
        Run("--init-templates", _folder["w.npy"], "--init-activations", _folder["h.npy"]).AssertOk();
        Assert.Equal(3, _engine.Options!.Nmf.Rank);
        Assert.Equal(templates, _engine.Options.Nmf.InitialTemplates);
        Assert.Equal(activations, _engine.Options.Nmf.InitialActivations);
    }

    [Fact]
    public void Stacked_channels_take_an_activation_for_each()
    {
        TestRecording.WriteTones(_folder["stereo.wav"], 0.5, channels: 2);
        NpyFile.Write(_folder["h.npy"], new float[3, 16]);
        CliRun.Of(_engine, ["separate", _folder["stereo.wav"], "--out", _folder["parts"], "--channels", "stack", "--init-activations", _folder["h.npy"]]).AssertOk();
        Assert.Equal(16, _engine.Options!.Nmf.InitialActivations!.GetLength(1));
        CliRun.Of(_engine, ["separate", _folder["stereo.wav"], "--out", _folder["more"], "--init-activations", _folder["h.npy"]])
            .AssertError(ExitCodes.Input, "'h.npy' has 16 columns", "expected 8");
    }

    private static string ValueOf(object from, string path)
    {
        object? value = from;
        foreach (string name in path.Split('.')) value = value!.GetType().GetProperty(name)!.GetValue(value);
        return Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}
