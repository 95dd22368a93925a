using GpuNmf.Audio;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using GpuNmf.Tests.Stft;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>Long work is cut into launches, so that a cancellation is seen soon. No bit depends on where it is cut.</summary>
public sealed class SplitLaunchTests
{
    public static IEnumerable<object[]> Passes =>
        from rank in new[] { 3, 13 }
        from beta in rank == 3 ? new[] { 1, 1.5 } : [0, 2]
        select new object[] { rank, beta };

    [Theory, OnEveryDevice(nameof(Passes))]
    public void Passes_in_several_launches_are_those_in_one(string lane, int rank, double beta)
    {
        var session = Lane.Session(lane);
        // A launch takes a slice for each multiprocessor at least, so there must be more of them.
        int bins = Lane.IsSimulated(lane) ? 17 : 33, processors = session.Accelerator.NumMultiprocessors, sliceFrames = NmfGeometry.Of(bins, 1, rank, session.Form).SliceFrames;
        int frames = processors * sliceFrames + 7;
        Assert.True(NmfGeometry.Of(bins, frames, rank, session.Form).Slices > processors, $"{lane}: {frames} frames fit into one launch");
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 6);
        var options = new NmfOptions { Rank = rank, Beta = beta, MaxIterations = Lane.IsSimulated(lane) ? 1 : 2, Tolerance = 0, Seed = 3 };

        var whole = NmfRun.Fit(session, x, options);
        var split = NmfRun.Fit(session, x, options, flopsOfALaunch: 1);

        Assert.Equal(whole.Templates, split.Templates);
        Assert.Equal(whole.Activations, split.Activations);
        Assert.Equal(whole.LossTrace, split.LossTrace);
    }

    public static IEnumerable<object[]> Framings =>
        from stacked in new[] { false, true }
        from edges in new[] { (Center: true, PaddingMode.Constant), (Center: true, PaddingMode.Reflect), (Center: false, PaddingMode.Constant) }
        select new object[] { stacked, edges.Center, edges.Item2 };

    /// <summary>The samples too: the device holds those of one launch at a time.</summary>
    [Theory, OnEveryDevice(nameof(Framings))]
    public void Rows_in_several_launches_are_those_in_one(string lane, bool stacked, bool center, PaddingMode padding)
    {
        var recording = TestSignals.Recording(TestSignals.Noise(500, 1), TestSignals.Noise(500, 2));
        var options = new StftOptions { FftLength = 64, HopLength = 32, Center = center, Padding = padding };

        Assert.Equal(
            SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked),
            SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked, rowsOfALaunch: 5));
    }

    [Theory, OnEveryDevice]
    public void The_samples_of_a_long_recording_pass_through_little_memory(string lane)
    {
        var session = Lane.Session(lane);
        var options = new StftOptions { FftLength = 64, HopLength = 32 };
        using var signal = new DeviceSignal(session, TestSignals.Recording(TestSignals.Noise(2500, 1), TestSignals.Noise(2500, 2)));
        using var transform = new ForwardTransform(session, options, 2) { SamplesOfALaunch = 1000 };
        using var x = session.Allocate<float>(options.FrameCount(2500) * NmfGeometry.PitchOf(options.Bins));

        transform.Magnitudes(signal, stacked: false, x, null, TestContext.Current.CancellationToken);

        Assert.InRange(signal.Held.Length, 1, 1000);
    }

    [Theory, OnEveryDevice]
    public void Samples_that_no_frame_reaches_are_checked_too(string lane)
    {
        float[] samples = TestSignals.Noise(64 + 3 * 32 + 31, 1);
        samples[^1] = float.NaN;
        var options = new StftOptions { FftLength = 64, HopLength = 32, Center = false };

        Assert.Throws<AudioFormatException>(() => SpectrogramRun.Magnitudes(Lane.Session(lane), TestSignals.Recording(samples), options, stacked: false));
    }

    /// <summary>Above 8192 samples a tile launch takes 256 rows; here are 301.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void Rows_of_long_frames_in_several_launches_are_those_in_one(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Noise(16384 + 300 * 16, 1));
        var options = new StftOptions { FftLength = 16384, HopLength = 16, Center = false, Window = WindowKind.Hamming };

        var whole = SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked: false);

        Assert.Equal(301, whole.GetLength(1));
        Assert.Equal(whole, SpectrogramRun.Magnitudes(Lane.Session(lane), recording, options, stacked: false, rowsOfALaunch: 101));
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void Hundreds_of_channels_share_a_row_of_long_frames(string lane)
    {
        float[] signal = TestSignals.Noise(16384, 1);
        var options = new StftOptions { FftLength = 16384, Center = false };
        double[,] one = SpectrogramRun.Magnitudes(Lane.Session(lane), TestSignals.Recording(signal), options, stacked: false);

        double[,] all = SpectrogramRun.Magnitudes(Lane.Session(lane), TestSignals.Recording([.. Enumerable.Repeat(signal, 300)]), options, stacked: false);

        // The same power 300 times: its sum takes 300 roundings at most, the mean and the roots a few more, and the root halves them.
        for (int f = 0; f < one.GetLength(0); f++)
            Assert.True(Math.Abs(all[f, 0] - one[f, 0]) <= 160 * Math.Pow(2, -24) * one[f, 0], $"{lane} bin {f}: got {all[f, 0]:R}, want {one[f, 0]:R}");
    }
}
