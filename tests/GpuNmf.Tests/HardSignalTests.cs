using GpuNmf.Audio;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Sweep;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>Recordings at the edge of what a recording is: every output is a number, and the stems still sum to what went in.</summary>
public sealed class HardSignalTests
{
    private const int Samples = 1500, FftLength = 64;

    private static readonly Dictionary<string, Func<AudioBuffer>> s_signals = new()
    {
        ["silence"] = () => Mono(_ => 0),
        ["silence but for the first sample"] = () => Mono(n => n == 0 ? 1 : 0),
        ["silence but for the last sample"] = () => Mono(n => n == Samples - 1 ? -1 : 0),
        ["silence in the middle"] = () => Mono(n => n is > 400 and < 1100 ? 0 : Sine(n)),
        ["silence at the start"] = () => Mono(n => n < 900 ? 0 : Sine(n)),
        ["a silent channel"] = () => Of(2, 8000, (n, c) => c == 0 ? 0 : Sine(n)),
        ["negative zeros"] = () => Mono(_ => -0f),
        ["denormal numbers"] = () => Mono(n => 1e-40f * Sine(n)),
        ["the smallest number, once"] = () => Mono(n => n == 700 ? float.Epsilon : 0),
        ["the smallest numbers, throughout"] = () => Mono(n => n % 3 == 0 ? float.Epsilon : -float.Epsilon),
        ["denormal numbers beside full scale"] = () => Mono(n => n < 750 ? 1e-41f : Sine(n)),
        ["the smallest normal numbers"] = () => Mono(n => 1.5e-38f * Sine(n)),
        ["levels of 600 dB"] = () => Mono(n => MathF.Pow(10, -30f * n / Samples) * Sine(n)),
        ["full-scale direct current"] = () => Mono(_ => 1),
        ["faint direct current"] = () => Mono(_ => 1e-7f),
        ["a full-scale square wave"] = () => Mono(n => n / 20 % 2 == 0 ? 1 : -1),
        ["a square wave at half the rate"] = () => Mono(n => n % 2 == 0 ? 1 : -1),
        ["twice full scale"] = () => Mono(n => 2 * Sine(n)),
        ["levels of integers that were not scaled"] = () => Mono(n => 32767 * Sine(n)),
        ["a single frame"] = () => Of(1, 8000, (n, _) => Sine(n), samples: FftLength),
        ["a sample more than a frame"] = () => Of(1, 8000, (n, _) => Sine(n), samples: FftLength + 1),
        ["192 kHz"] = () => Of(2, 192_000, (n, c) => Sine(n + c)),
        ["8 kHz"] = () => Of(1, 8000, (n, _) => Sine(n)),
        ["1 Hz"] = () => Of(1, 1, (n, _) => Sine(n)),
        ["the highest rate"] = () => Of(1, int.MaxValue, (n, _) => Sine(n)),
        ["64 channels"] = () => Of(64, 48_000, (n, c) => Sine(n * (1 + c % 5)) / (1 + c)),
        ["64 channels, one of them not silent"] = () => Of(64, 48_000, (n, c) => c == 63 ? Sine(n) : 0),
        ["channels that cancel"] = () => Of(2, 8000, (n, c) => c == 0 ? Sine(n) : -Sine(n)),
    };

    public static TheoryData<string> Signals => [.. s_signals.Keys];

    [Theory, MemberData(nameof(Signals))]
    public void Every_loss_gives_numbers_and_stems_that_add_up(string signal)
    {
        foreach (double beta in new[] { -1, 0, 0.5, 1, 1.5, 2, 4 })
            foreach (NmfSolver solver in Enum.GetValues<NmfSolver>())
                if (solver != NmfSolver.CoordinateDescent || beta == 2)
                    Separate(signal, $"beta {beta}, {solver}", new SeparationOptions { Nmf = new NmfOptions { Beta = beta, Solver = solver } });
    }

    [Theory, MemberData(nameof(Signals))]
    public void Every_way_to_take_channels_and_start_gives_numbers(string signal)
    {
        foreach (ChannelMode channels in Enum.GetValues<ChannelMode>())
            foreach (NmfInitialization start in new[] { NmfInitialization.Random, NmfInitialization.NndsvdA, NmfInitialization.NndsvdAR, NmfInitialization.KMeans })
                Separate(signal, $"{channels}, {start}", new SeparationOptions
                {
                    Nmf = new NmfOptions { Initialization = start },
                    Reconstruction = new ReconstructionOptions { Channels = channels, MaskPower = channels == ChannelMode.Stack ? 2 : 1 },
                });
    }

    [Theory, MemberData(nameof(Signals))]
    public void Every_way_to_group_gives_numbers(string signal)
    {
        foreach (GroupingMethod method in new[] { GroupingMethod.Mfcc, GroupingMethod.Envelope })
            Separate(signal, $"{method}", new SeparationOptions { Grouping = new GroupingOptions { Sources = 2, Method = method } });
    }

    [Theory, MemberData(nameof(Signals))]
    public void Magnitudes_of_their_own_give_numbers(string signal)
    {
        var options = Framed(new SeparationOptions { Reconstruction = new ReconstructionOptions { Reconstruction = Reconstruction.Magnitude } });
        AssertNumbers(SeparationRun.On(Lane.Session(Lane.Cpu), s_signals[signal](), options), signal);
    }

    [Theory, MemberData(nameof(Signals))]
    public void A_sweep_gives_numbers(string signal)
    {
#pragma warning disable CA2000 // Disposing the sweep would close the session, which the lanes share.
        SweepResult result = new RankSweep(Lane.Session(Lane.Cpu)).Run(s_signals[signal](), new SweepOptions
        {
            Ranks = [1, 2, 3],
            Betas = [0, 1, 2],
            Stft = new StftOptions { FftLength = FftLength },
            Nmf = new NmfOptions { Restarts = 2, MaxIterations = 10 },
        }, new MemoryStore(), null, TestContext.Current.CancellationToken);
#pragma warning restore CA2000
        Assert.All(result.Summaries, summary =>
        {
            foreach (double? number in new double?[] { summary.BestLoss, summary.MedianLoss, summary.WorstLoss, summary.Spread, summary.ExplainedDivergence, summary.Stability, summary.MedianStability })
                Assert.True(number is null || double.IsFinite(number.Value), $"{signal}: {summary}");
        });
    }

    [Theory, MemberData(nameof(Signals))]
    public void Templates_are_numbers_or_there_is_nothing_to_learn(string signal)
    {
        AudioBuffer recording = s_signals[signal]();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        try
        {
            LearnResult learnt = separator.Learn(recording, Framed(new()), cancellation: TestContext.Current.CancellationToken);
            foreach (float value in learnt.Dictionary.Templates) Assert.True(value >= 0 && float.IsFinite(value), $"{signal}: W holds {value}");
        }
        catch (NothingToLearnException)
        {
            // Below, a magnitude cannot be squared in single precision.
            foreach (float sample in recording.Interleaved) Assert.True(Math.Abs(sample) < 1e-22, $"{signal} is not silent.");
        }
    }

    private static void Separate(string signal, string how, SeparationOptions options)
    {
        AudioBuffer recording = s_signals[signal]();
        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, Framed(options));
        string what = $"{signal}, {how}";
        AssertNumbers(run, what);
        double peak = 0;
        foreach (float sample in recording.Interleaved) peak = Math.Max(peak, Math.Abs(sample));
        // Denormal numbers are rounded to whole multiples of the smallest, and a cell of the spectrogram sums as many as the transform is long.
        Differences.Within(RoundTripTests.Tolerance * peak + FftLength * float.Epsilon, run.SumError(recording), what);
    }

    private static SeparationOptions Framed(SeparationOptions options) =>
        options with { Stft = new StftOptions { FftLength = FftLength }, Nmf = options.Nmf with { Rank = 3, MaxIterations = 15 } };

    private static void AssertNumbers(SeparationRun run, string what)
    {
        foreach (float value in run.Result.Templates) Assert.True(value >= 0 && float.IsFinite(value), $"{what}: W holds {value}");
        foreach (float value in run.Result.Activations) Assert.True(value >= 0 && float.IsFinite(value), $"{what}: H holds {value}");
        foreach (AudioBuffer stem in run.Stems)
            foreach (float sample in stem.Interleaved) Assert.True(float.IsFinite(sample), $"{what}: a stem holds {sample}");
        Assert.All(run.Result.LossTrace, point => Assert.True(double.IsFinite(point.Loss) && point.Loss >= 0, $"{what}: loss {point.Loss}"));
        Assert.False(double.IsNaN(run.Result.ConservationResidualDb), what);
    }

    private static float Sine(int n) => MathF.Sin(0.3f * n + 0.0001f * n * n);

    private static AudioBuffer Mono(Func<int, float> at) => Of(1, TestSignals.RateHz, (n, _) => at(n));

    private static AudioBuffer Of(int channels, int rateHz, Func<int, int, float> at, int samples = Samples) =>
        new([.. from n in Enumerable.Range(0, samples) from c in Enumerable.Range(0, channels) select at(n, c)], channels, rateHz);
}
