using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The order of every sum is a function of the problem and the kind of device alone: the same question has the same bits.</summary>
public sealed class SameBitsTests
{
    private static readonly StftOptions s_stft = new() { FftLength = 64, HopLength = 16 };

    /// <summary>Every kernel: three of their own, and roots and powers of any other beta.</summary>
    public static IEnumerable<object[]> Betas => new[] { 0, 0.5, 1, 2, 3 }.Select(beta => new object[] { beta });

    private static int FramesOf(string lane) => Lane.IsSimulated(lane) ? 11 : 41;

    [Theory, OnEveryDevice(nameof(Betas))]
    public void The_same_factorisation_twice_is_the_same(string lane, double beta)
    {
        float[,] x = FactorizerReferenceTests.Problem(37, FramesOf(lane), beta, seed: 3);
        var options = new NmfOptions { Rank = 5, Beta = beta, MaxIterations = 3, Tolerance = 0, Seed = 1 };

        AssertEqual(NmfRun.Fit(Lane.Session(lane), x, options), NmfRun.Fit(Lane.Session(lane), x, options));
    }

    [Theory, OnEveryDevice(nameof(Betas))]
    public void Iterations_in_pieces_are_those_of_one_call(string lane, double beta)
    {
        float[,] x = FactorizerReferenceTests.Problem(33, FramesOf(lane), beta, seed: 4);
        var options = new NmfOptions { Rank = 3, Beta = beta, Solver = NmfSolver.MultiplicativeUpdate, MaxIterations = 3, Tolerance = 0, Seed = 2 };

        var whole = NmfRun.Fit(Lane.Session(lane), x, options);
        var piece = NmfRun.Fit(Lane.Session(lane), x, options with { MaxIterations = 1 });
        piece = NmfRun.Fit(Lane.Session(lane), x, options with { MaxIterations = 2, InitialTemplates = piece.Templates, InitialActivations = piece.Activations });

        Assert.Equal(whole.Templates, piece.Templates);
        Assert.Equal(whole.Activations, piece.Activations);
        Assert.Equal(whole.LossTrace[^1].Loss, piece.LossTrace[^1].Loss);
    }

    /// <summary>Through the facade, from a start of one's own: a random start's components are put in order at the end, and their sums with them.</summary>
    [Theory, OnEveryDevice]
    public void A_separation_in_pieces_is_that_of_one_call(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(301, 1));
        Factors start = FactorizerReferenceTests.Start(s_stft.Bins, (int)s_stft.FrameCount(301), 5, 1, seed: 7);
        var options = new SeparationOptions
        {
            Stft = s_stft,
            Nmf = new NmfOptions { Rank = 5, Solver = NmfSolver.MultiplicativeUpdate, MaxIterations = 6, Tolerance = 0, InitialTemplates = Differences.Narrow(start.W), InitialActivations = Differences.Narrow(start.H) },
        };

        var whole = SeparationRun.On(Lane.Session(lane), recording, options);
        var piece = SeparationRun.On(Lane.Session(lane), recording, options with { Nmf = options.Nmf with { MaxIterations = 2 } });
        piece = SeparationRun.On(Lane.Session(lane), recording, options with
        {
            Nmf = options.Nmf with { MaxIterations = 4, InitialTemplates = piece.Result.Templates, InitialActivations = piece.Result.Activations },
        });

        Assert.Equal(whole.Result.Templates, piece.Result.Templates);
        Assert.Equal(whole.Result.Activations, piece.Result.Activations);
        for (int k = 0; k < 5; k++) Assert.Equal(whole.Stem(k), piece.Stem(k));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2)]
    public void One_two_and_five_threads_give_the_same_separation(double beta)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(3001, 1), TestSignals.Noise(3001, 2));
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, Beta = beta, MaxIterations = 11, Tolerance = 0 } };
        using var one = DeviceSession.Open(DeviceRequest.Cpu with { Threads = 1 });
        var want = SeparationRun.On(one, recording, options);
        foreach (int threads in new[] { 2, 5 })
        {
            using var session = DeviceSession.Open(DeviceRequest.Cpu with { Threads = threads });
            AssertEqual(want, SeparationRun.On(session, recording, options));
        }
    }

    public static IEnumerable<object[]> Modes => Enum.GetValues<ChannelMode>().Select(mode => new object[] { mode });

    [Theory, OnEveryDevice(nameof(Modes))]
    public void The_same_separation_twice_is_the_same(string lane, ChannelMode mode)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(301, 1), TestSignals.Noise(301, 2));
        var options = new SeparationOptions
        {
            Stft = s_stft,
            Nmf = new NmfOptions { Rank = 3, MaxIterations = 4, Tolerance = 0 },
            Reconstruction = new ReconstructionOptions { Channels = mode },
        };

        AssertEqual(SeparationRun.On(Lane.Session(lane), recording, options), SeparationRun.On(Lane.Session(lane), recording, options));
    }

    [Theory, OnEveryDevice]
    public void Samples_have_the_same_bits_wherever_the_blocks_of_the_output_lie(string lane)
    {
        // Blocks are whole numbers of hops from sample 0: a recording that starts 13 hops later has its samples at other places of its blocks.
        const int Length = 1600, Shift = 13 * 16, Rank = 2;
        float[] signal = TestSignals.Tones(Length, 1);
        float[] later = [.. TestSignals.Noise(Shift, 2), .. signal];
        Factors factors = FactorizerReferenceTests.Start(s_stft.Bins, Length / 16 + 1 + 13, Rank, 1, seed: 5);
        float[,] templates = Differences.Narrow(factors.W), activations = Differences.Narrow(factors.H);
        var fromShift = new float[Rank, Length / 16 + 1];
        for (int k = 0; k < Rank; k++)
            for (int t = 0; t < fromShift.GetLength(1); t++)
                fromShift[k, t] = activations[k, t + 13];

        float[][] here = Render(lane, signal, templates, fromShift), there = Render(lane, later, templates, activations);

        // The first frames of the short one reach before its start, where the long one has noise.
        for (int k = 0; k < Rank; k++) Assert.Equal(here[k][64..], there[k][(Shift + 64)..]);
    }

    [Theory]
    [InlineData(Lane.Cpu128)]
    [InlineData(Lane.Cpu256)]
    public void Widths_of_the_processor_differ_by_rounding_only(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(4001, 3));
        var options = new SeparationOptions { Stft = s_stft with { FftLength = 256 }, Nmf = new NmfOptions { Rank = 3, MaxIterations = 20, Tolerance = 0 } };
        var want = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);
        var got = SeparationRun.On(Lane.Session(lane), recording, options);

        // The goldens' rows for float32: W H agrees to 1e-4 after 100 iterations, and measured to 6e-6 after 10.
        Differences.Within(1e-4, Differences.Frobenius(NmfReference.Product(got.Factors.W, got.Factors.H), NmfReference.Product(want.Factors.W, want.Factors.H)), lane);
        Differences.Within(1e-4, Math.Abs(got.Result.LossTrace[^1].Loss / want.Result.LossTrace[^1].Loss - 1), lane + " loss");
    }

    private static float[][] Render(string lane, float[] signal, float[,] templates, float[,] activations)
    {
        var session = Lane.Session(lane);
        var recording = TestSignals.Recording(signal);
        var geometry = NmfGeometry.Of(s_stft.Bins, activations.GetLength(1), templates.GetLength(1), session.Form);
        using var mixture = new DeviceSignal(session, recording);
        using var transform = new ForwardTransform(session, s_stft, channels: 1);
        using var w = session.Allocate<float>(geometry.TemplateLength);
        using var h = session.Allocate<float>((long)geometry.Rows * geometry.RankPitch);
        w.Upload(FactorLayout.PackTemplates(templates, geometry, 0));
        h.Upload(FactorLayout.PackActivations(activations, geometry, 0));
        var ingredients = new StemIngredients(new MixtureSpectrum(transform, mixture), w, h, geometry);
        using var renderer = new StemRenderer(session, new ReconstructionOptions(), ingredients);
        var sink = new StemBuffer();
        renderer.Render(recording, sink, null, CancellationToken.None);
        return [.. sink.Stems.Select(stem => stem.Interleaved.ToArray())];
    }

    private static void AssertEqual(NmfFit want, NmfFit got)
    {
        Assert.Equal(want.Templates, got.Templates);
        Assert.Equal(want.Activations, got.Activations);
        Assert.Equal(want.LossTrace, got.LossTrace);
    }

    private static void AssertEqual(SeparationRun want, SeparationRun got)
    {
        Assert.Equal(want.Result.Templates, got.Result.Templates);
        Assert.Equal(want.Result.Activations, got.Result.Activations);
        Assert.Equal(want.Result.LossTrace, got.Result.LossTrace);
        Assert.Equal(want.Result.ConservationResidualDb, got.Result.ConservationResidualDb);
        for (int k = 0; k < want.Stems.Count; k++) Assert.Equal(want.Stem(k), got.Stem(k));
    }
}
