using FsCheck.Xunit;
using GpuNmf.Audio;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>What must hold of every separation. FsCheck's seeds are fixed; a failure names the case.</summary>
public sealed class SeparationPropertyTests
{
    private static readonly double[] s_betas = [-1, 0, 0.5, 1, 1.5, 2, 3, 4];

    [Property(MaxTest = 40, Replay = "(20260201,11)")]
    public void Stems_sum_to_the_mixture(ushort shape, ushort seed)
    {
        var random = new GpuNmf.Reference.CounterRandom(seed, shape);
        int fft = 64 << (int)(4 * random.Uniform(0)), hop = 1 + (int)(fft / 2 * random.Uniform(1)), samples = fft + (int)(20 * hop * random.Uniform(2));
        int channels = 1 + (int)(3 * random.Uniform(3)), rank = 1 + (int)(9 * random.Uniform(4));
        var options = new SeparationOptions
        {
            Stft = new StftOptions { FftLength = fft, HopLength = hop, Padding = random.Uniform(5) < 0.5 ? PaddingMode.Constant : PaddingMode.Reflect },
            Nmf = new NmfOptions { Rank = rank, Beta = s_betas[(int)(8 * random.Uniform(6))], MaxIterations = 1 + (int)(15 * random.Uniform(7)), Seed = seed },
            Reconstruction = new ReconstructionOptions { MaskPower = new[] { 0.5, 1, 2 }[(int)(3 * random.Uniform(8))], Channels = (ChannelMode)(int)(3 * random.Uniform(9)) },
        };
        var recording = TestSignals.Recording([.. Enumerable.Range(0, channels).Select(c => c % 2 == 0 ? TestSignals.Tones(samples, seed) : TestSignals.Noise(samples, seed))]);

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);

        Assert.Equal((rank, channels, samples), (run.Stems.Count, run.Stems[0].Channels, run.Stems[0].Length));
        Differences.Within(RoundTripTests.Tolerance, run.SumError(recording), $"{samples} x {channels} {options}");
    }

    [Property(MaxTest = 15, Replay = "(20260202,11)")]
    public void Scaling_the_recording_by_a_power_of_two_scales_the_stems_exactly(ushort seed, sbyte power)
    {
        int exponent = power % 41;
        float[] signal = TestSignals.Tones(1201, seed);
        var options = new SeparationOptions { Stft = new StftOptions { FftLength = 128 }, Nmf = new NmfOptions { Rank = 3, MaxIterations = 12, Seed = seed } };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(signal), options);
        var scaled = SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(Scale(signal, exponent)), options);

        Assert.Equal(run.Result.Iterations, scaled.Result.Iterations);
        for (int k = 0; k < 3; k++) Assert.Equal(Scale(run.Stem(k), exponent), scaled.Stem(k));
    }

    public static IEnumerable<object[]> Betas => s_betas.Select(beta => new object[] { beta });

    [Theory, OnEveryDevice(nameof(Betas))]
    public void Silence_stays_silence_with_a_warning(string lane, double beta)
    {
        var options = new SeparationOptions { Stft = new StftOptions { FftLength = 64 }, Nmf = new NmfOptions { Rank = 3, Beta = beta } };

        var run = SeparationRun.On(Lane.Session(lane), TestSignals.Recording(new float[200], new float[200]), options);

        Assert.Contains("silent", Assert.Single(run.Result.Warnings), StringComparison.Ordinal);
        Assert.All(run.Stems, stem => Assert.Equal(new float[400], stem.Interleaved.ToArray()));
        Assert.Equal(double.NegativeInfinity, run.Result.ConservationResidualDb);
        Assert.Equal(new float[33, 3], run.Result.Templates);
        Assert.Equal(0, run.Result.LossTrace[^1].Loss);
    }

    [Theory, OnEveryDevice(nameof(Betas))]
    public void Digital_silence_at_the_end_stays_silence(string lane, double beta)
    {
        // As piano_3notes: whole frames of exact zeros, which make NaN where the updates do not guard.
        float[] signal = [.. TestSignals.Tones(300, 1), .. new float[200]];
        var recording = TestSignals.Recording(signal);
        var options = new SeparationOptions { Stft = new StftOptions { FftLength = 64 }, Nmf = new NmfOptions { Rank = 3, Beta = beta, MaxIterations = 3, Tolerance = 0 } };

        var run = SeparationRun.On(Lane.Session(lane), recording, options);

        Assert.Empty(run.Result.Warnings);
        Differences.Within(RoundTripTests.Tolerance, run.SumError(recording), lane);
        for (int k = 0; k < 3; k++) Assert.Equal(new float[136], run.Stem(k)[364..]);
        foreach (float value in run.Result.Templates) Assert.True(value >= 0 && float.IsFinite(value), $"{lane}: W holds {value}");
        foreach (float value in run.Result.Activations) Assert.True(value >= 0 && float.IsFinite(value), $"{lane}: H holds {value}");
        Assert.All(run.Result.LossTrace, point => Assert.True(double.IsFinite(point.Loss), $"{lane}: loss {point.Loss}"));
    }

    [Theory, OnEveryDevice]
    public void A_single_click_and_a_constant_are_separated_without_NaN(string lane)
    {
        var click = new float[300];
        click[150] = 1;
        float[] constant = [.. Enumerable.Repeat(0.5f, 300)];
        foreach (float[] signal in new[] { click, constant })
        {
            var recording = TestSignals.Recording(signal);
            var run = SeparationRun.On(Lane.Session(lane), recording, new SeparationOptions { Stft = new StftOptions { FftLength = 64 }, Nmf = new NmfOptions { Rank = 4, MaxIterations = 10 } });
            Differences.Within(RoundTripTests.Tolerance, run.SumError(recording), lane);
        }
    }

    private static float[] Scale(float[] values, int exponent) => Array.ConvertAll(values, v => MathF.ScaleB(v, exponent));
}
