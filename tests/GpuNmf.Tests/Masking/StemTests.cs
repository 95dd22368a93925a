using System.Numerics;
using GpuNmf.Audio;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Stft;
using Xunit;

namespace GpuNmf.Tests.Masking;

/// <summary>Stems against the float64 oracle, made of the very factors that the engine found.</summary>
public sealed class StemTests
{
    // A mask is off by a product, a quotient and a sum over K (K + 4 units of 2^-24), a power by 17 a + 4 more (tile form, exp and log; strip form 3 + 2 a), spectrum and
    // inverse transform by the round trip's 2e-6. All beside a peak of 1; K is at most 5 and a at most 3: 64 units, 3.8e-6.
    private const double Tolerance = 6e-6;

    private static readonly StftOptions s_stft = new() { FftLength = 128, HopLength = 31 };

    public static IEnumerable<object[]> Powers => new[] { 0.5, 1, 2, 3 }.Select(power => new object[] { power });

    public static IEnumerable<object[]> Modes =>
        from mode in Enum.GetValues<ChannelMode>()
        from reconstruction in Enum.GetValues<Reconstruction>()
        select new object[] { mode, reconstruction };

    /// <summary>
    /// Framing, samples, channels. In tile form frames to 2048 samples are added on the chip, in spans of four lengths, unless a hop is below
    /// a 32nd of them; all others go through memory, above 8192 in parts. In strip form 1024 samples are added at a time, frame by
    /// frame at hops below two vectors, and channels are interleaved by four and by two; 64 hops are a block.
    /// </summary>
    public static IEnumerable<object[]> Framings =>
    [
        [new StftOptions { FftLength = 64, HopLength = 2 }, 301, 2],
        [new StftOptions { FftLength = 64, HopLength = 1, Padding = PaddingMode.Reflect }, 70, 1],
        [new StftOptions { FftLength = 64, HopLength = 64, Window = WindowKind.Rectangular, Center = false }, 64, 1],
        [new StftOptions { FftLength = 64, HopLength = 64, Window = WindowKind.Hamming }, 660, 1],
        [new StftOptions { FftLength = 256, HopLength = 101, WindowLength = 251, Window = WindowKind.Hamming }, 2100, 1],
        [new StftOptions { FftLength = 256, HopLength = 128 }, 1031, 2],
        [new StftOptions { FftLength = 256, HopLength = 128 }, 1029, 3],
        [new StftOptions { FftLength = 256, HopLength = 128 }, 1030, 4],
        [new StftOptions { FftLength = 256, HopLength = 128 }, 1031, 6],
        [new StftOptions { FftLength = 64, HopLength = 32 }, 2 * 2048 + 37, 5],
        [new StftOptions { FftLength = 256, HopLength = 33 }, 1500, 2],
        [new StftOptions { FftLength = 256, HopLength = 43 }, 1500, 1],
        [new StftOptions { FftLength = 512, HopLength = 15 }, 613, 1],
        [new StftOptions { FftLength = 512, HopLength = 17, Center = false, Window = WindowKind.Rectangular }, 597, 2],
        [new StftOptions { FftLength = 1024, HopLength = 301 }, 1025, 1],
        [new StftOptions { HopLength = 701 }, 2049, 1],
        [new StftOptions { FftLength = 4096, HopLength = 1501 }, 4097, 1],
        [new StftOptions { FftLength = 8192, HopLength = 3001 }, 8193, 1],
        [new StftOptions { FftLength = 16384, HopLength = 6001 }, 16384, 1],
    ];

    [Theory, OnEveryDevice(nameof(Framings))]
    public void Every_framing_agrees_with_double_precision(string lane, StftOptions stft, int samples, int channels)
    {
        float[][] signals = [.. Enumerable.Range(1, channels).Select(seed => TestSignals.Noise(samples, (ulong)seed))];
        var run = Run(lane, TestSignals.Recording(signals), new ReconstructionOptions(), rank: 2, stft);
        for (int c = 0; c < channels; c++)
        {
            var mixture = StftReference.Forward(TestSignals.Widen(signals[c]), SpectrogramRun.Settings(stft));
            double[][] want = MaskReference.Stems(mixture, run.Factors, samples, 1, SpectrogramRun.Settings(stft));
            for (int k = 0; k < want.Length; k++) SamplesWithin(Tolerance, run.Stem(k, c), want[k], $"{lane} {stft} stem {k} channel {c}");
        }
    }

    [Theory, OnEveryDevice(nameof(Powers))]
    public void Masked_stems_agree_with_double_precision(string lane, double power)
    {
        float[] signal = TestSignals.Tones(401, 1);
        var run = Run(lane, TestSignals.Recording(signal), new ReconstructionOptions { MaskPower = power }, rank: 5);
        var mixture = StftReference.Forward(TestSignals.Widen(signal), SpectrogramRun.Settings(s_stft));
        double[][] want = MaskReference.Stems(mixture, run.Factors, signal.Length, power, SpectrogramRun.Settings(s_stft));

        for (int k = 0; k < want.Length; k++) SamplesWithin(Tolerance, run.Stem(k, 0), want[k], $"{lane} power {power} stem {k}");
        Differences.Within(RoundTripTests.Tolerance, run.SumError(TestSignals.Recording(signal)), $"{lane} power {power}: sum");
    }

    [Theory, OnEveryDevice(nameof(Modes))]
    public void Every_channel_mode_and_reconstruction_agrees_with_double_precision(string lane, ChannelMode mode, Reconstruction reconstruction)
    {
        float[][] channels = [TestSignals.Tones(331, 1), TestSignals.Noise(331, 2)];
        var recording = TestSignals.Recording(channels);
        var run = Run(lane, recording, new ReconstructionOptions { Channels = mode, Reconstruction = reconstruction }, rank: 3);
        var settings = SpectrogramRun.Settings(s_stft);
        for (int c = 0; c < channels.Length; c++)
        {
            var mixture = StftReference.Forward(TestSignals.Widen(channels[c]), settings);
            var factors = mode == ChannelMode.Stack ? ChannelOf(run.Factors, c, channels.Length) : run.Factors;
            double[][] want = reconstruction == Reconstruction.Mask
                ? MaskReference.Stems(mixture, factors, recording.Interleaved.Length / 2, 1, settings)
                : MaskReference.MagnitudeStems(mixture, factors, recording.Interleaved.Length / 2, settings);
            for (int k = 0; k < want.Length; k++)
            {
                double allowed = Tolerance + (reconstruction == Reconstruction.Mask ? 0 : PhaseTolerance(mixture, factors, k));
                SamplesWithin(allowed, run.Stem(k, c), want[k], $"{lane} {mode} {reconstruction} stem {k} channel {c}");
            }
        }
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void More_components_than_fit_at_a_time_agree_with_double_precision(string lane)
    {
        // At 2048 and 512, 32 MiB of frames are 59 components.
        const int Rank = 70;
        float[] signal = TestSignals.Tones(9001, 1);
        var run = Run(lane, TestSignals.Recording(signal), new ReconstructionOptions(), Rank, new StftOptions());
        double[][] want = MaskReference.Stems(StftReference.Forward(TestSignals.Widen(signal)), run.Factors, signal.Length);

        // K + 4 = 74 roundings of a mask, sqrt of them in the mean; the stems are small beside the mixture.
        for (int k = 0; k < Rank; k++) SamplesWithin(Tolerance, run.Stem(k, 0), want[k], $"{lane} stem {k}");
    }

    [Theory, OnEveryDevice]
    public void Equal_channels_have_the_stems_of_one(string lane)
    {
        float[] signal = TestSignals.Tones(301, 4);
        var mono = Run(lane, TestSignals.Recording(signal), new ReconstructionOptions(), rank: 2);
        foreach (var mode in new[] { ChannelMode.Joint, ChannelMode.Mono })
        {
            var stereo = Run(lane, TestSignals.Recording(signal, signal), new ReconstructionOptions { Channels = mode }, rank: 2);
            Assert.Equal(mono.Result.Templates, stereo.Result.Templates);
            Assert.Equal(mono.Result.Activations, stereo.Result.Activations);
            for (int k = 0; k < 2; k++)
                for (int c = 0; c < 2; c++)
                    Assert.Equal(mono.Stem(k), stereo.Stems[k].Channel(c));
        }
    }

    [Theory, OnEveryDevice]
    public void Mono_factorises_the_mean_of_the_channels(string lane)
    {
        float[][] channels = [TestSignals.Tones(301, 4), TestSignals.Noise(301, 5), TestSignals.Noise(301, 6)];
        float[] mean = [.. Enumerable.Range(0, 301).Select(n => (float)(((double)channels[0][n] + channels[1][n] + channels[2][n]) / 3))];
        var one = Run(lane, TestSignals.Recording(mean), new ReconstructionOptions(), rank: 2);
        var recording = TestSignals.Recording(channels);
        var run = Run(lane, recording, new ReconstructionOptions { Channels = ChannelMode.Mono }, rank: 2);

        Assert.Equal(one.Result.Templates, run.Result.Templates);
        Assert.Equal(one.Result.Activations, run.Result.Activations);
        Differences.Within(RoundTripTests.Tolerance, run.SumError(recording), lane);
    }

    [Theory, OnEveryDevice]
    public void Stacked_channels_have_activations_of_their_own(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(301, 4), new float[301]);
        var run = Run(lane, recording, new ReconstructionOptions { Channels = ChannelMode.Stack }, rank: 2);

        Assert.Equal(2 * run.Result.Frames, run.Result.Activations.GetLength(1));
        Assert.Equal(1 + 301 / 31, run.Result.Frames);
        for (int k = 0; k < 2; k++)
        {
            Assert.Contains(Enumerable.Range(0, (int)run.Result.Frames), t => run.Result.Activations[k, 2 * t] > 0);
            for (int t = 0; t < run.Result.Frames; t++) Assert.Equal(0f, run.Result.Activations[k, 2 * t + 1]);
            Assert.Equal(new float[301], run.Stems[k].Channel(1));
        }
    }

    private static SeparationRun Run(string lane, AudioBuffer recording, ReconstructionOptions reconstruction, int rank, StftOptions? stft = null) =>
        SeparationRun.On(Lane.Session(lane), recording, new SeparationOptions
        {
            Stft = stft ?? s_stft,
            Nmf = new NmfOptions { Rank = rank, MaxIterations = 3, Tolerance = 0, Seed = 1 },
            Reconstruction = reconstruction,
        });

    /// <summary>
    /// A spectrum in float32 is off by about 1e-7 of its largest entry (the goldens' row), so the phase of a small entry S is off by
    /// 1e-7 max|S| / |S|, and W_k H_k of that cell turns by as much. A sample of a frame is the mean of its N cells, twice those of F bins,
    /// and overlap-add with a Hann window weighs the frames' errors by sum w / sum w^2 = 4/3 at most of their largest.
    /// </summary>
    private static double PhaseTolerance(Complex[,] mixture, Factors factors, int k)
    {
        double largest = 0, worst = 0;
        foreach (var entry in mixture) largest = Math.Max(largest, Complex.Abs(entry));
        for (int t = 0; t < mixture.GetLength(1); t++)
        {
            double sum = 0;
            for (int f = 0; f < mixture.GetLength(0); f++)
                sum += factors.W[f, k] * factors.H[k, t] * Math.Min(2, 1e-7 * largest / Complex.Abs(mixture[f, t]));
            worst = Math.Max(worst, 2 * sum / s_stft.FftLength);
        }
        return 4.0 / 3 * worst;
    }

    private static Factors ChannelOf(Factors factors, int channel, int channels)
    {
        var h = new double[factors.H.GetLength(0), factors.H.GetLength(1) / channels];
        for (int k = 0; k < h.GetLength(0); k++)
            for (int t = 0; t < h.GetLength(1); t++)
                h[k, t] = factors.H[k, t * channels + channel];
        return factors with { H = h };
    }

    internal static void SamplesWithin(double allowed, double[] got, double[] want, string what)
    {
        Assert.Equal(want.Length, got.Length);
        double worst = 0;
        for (int n = 0; n < want.Length; n++) worst = Differences.MaxOrNaN(worst, Math.Abs(got[n] - want[n]));
        Differences.Within(allowed, worst, what);
    }
}
