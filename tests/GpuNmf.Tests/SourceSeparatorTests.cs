using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>What the facade promises beside the numbers: order, scale, shapes, trace, progress, the sink's protocol.</summary>
public sealed class SourceSeparatorTests
{
    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 128, HopLength = 40 },
        Nmf = new NmfOptions { Rank = 4, MaxIterations = 25, Tolerance = 0, Seed = 1 },
    };

    [Theory, OnEveryDevice]
    public void The_result_has_the_shapes_and_the_trace_that_were_asked_for(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(607, 1));

        var result = SeparationRun.On(Lane.Session(lane), recording, s_options).Result;

        Assert.Equal((65, 1 + 607 / 40), (result.Bins, result.Frames));
        Assert.Equal((65, 4), (result.Templates.GetLength(0), result.Templates.GetLength(1)));
        Assert.Equal((4, 16), (result.Activations.GetLength(0), result.Activations.GetLength(1)));
        Assert.Equal([0, 10, 20, 25], result.LossTrace.Select(point => point.Iteration));
        Assert.Equal((25, false), (result.Iterations, result.Converged));
        Assert.Equal(Lane.Session(lane).Kind, result.Kind);
        Assert.Equal(Lane.Session(lane).Entry, result.Device);
        Assert.Empty(result.Warnings);
        for (int i = 1; i < 4; i++) Assert.True(result.LossTrace[i].Loss < result.LossTrace[i - 1].Loss, $"{lane}: the loss rose to {result.LossTrace[i]}");
    }

    [Theory, OnEveryDevice]
    public void Components_are_ordered_by_energy(string lane)
    {
        var run = SeparationRun.On(Lane.Session(lane), TestSignals.Recording(TestSignals.Tones(607, 1)), s_options);
        var (w, h) = run.Factors;
        double[] energies = [.. Enumerable.Range(0, 4).Select(k =>
            Enumerable.Range(0, w.GetLength(0)).Sum(f => w[f, k] * w[f, k]) * Enumerable.Range(0, h.GetLength(1)).Sum(t => h[k, t] * h[k, t]))];

        Assert.Equal(energies.OrderDescending(), energies);
        Assert.True(energies[0] > energies[3], $"{lane}: every energy is {energies[0]}");
    }

    [Theory, OnEveryDevice]
    public void A_start_of_the_users_own_keeps_its_order(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(607, 1));
        var first = SeparationRun.On(Lane.Session(lane), recording, s_options);
        var reversed = new float[65, 4];
        for (int f = 0; f < 65; f++)
            for (int k = 0; k < 4; k++)
                reversed[f, k] = first.Result.Templates[f, 3 - k];
        var options = s_options with { Nmf = s_options.Nmf with { InitialTemplates = reversed, InitialActivations = Reversed(first.Result.Activations), MaxIterations = 1 } };
        float[,] before = (float[,])reversed.Clone();

        var run = SeparationRun.On(Lane.Session(lane), recording, options);

        Assert.Equal(before, reversed);
        for (int k = 0; k < 4; k++)
        {
            double same = Correlation(run.Stem(k), first.Stem(3 - k));
            Assert.True(same > 0.999, $"{lane}: stem {k} is not the one that started there ({same})");
        }
    }

    [Theory, OnEveryDevice]
    public void Normalised_templates_have_unit_sums_and_the_same_stems(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(607, 1));
        var plain = SeparationRun.On(Lane.Session(lane), recording, s_options);

        var run = SeparationRun.On(Lane.Session(lane), recording, s_options with { Nmf = s_options.Nmf with { NormalizeTemplates = true } });

        for (int k = 0; k < 4; k++)
        {
            double sum = Enumerable.Range(0, 65).Sum(f => (double)run.Result.Templates[f, k]);
            Assert.True(Math.Abs(sum - 1) <= 65 * Math.Pow(2, -25), $"{lane}: template {k} sums to {sum}");
            // W and H are rounded once more each: the masks move by 4 units of 2^-24.
            double[] want = TestSignals.Widen(plain.Stem(k));
            Masking.StemTests.SamplesWithin(1e-6, TestSignals.Widen(run.Stem(k)), want, $"{lane} stem {k}");
        }
    }

    [Theory, OnEveryDevice]
    public void A_tolerance_stops_early_on_a_tenth_iteration(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(607, 1));
        var options = s_options with { Nmf = s_options.Nmf with { MaxIterations = 400, Tolerance = 0.05 } };

        var result = SeparationRun.On(Lane.Session(lane), recording, options).Result;

        Assert.True(result.Converged, lane);
        Assert.InRange(result.Iterations, 10, 390);
        Assert.Equal(0, result.Iterations % 10);
        // The rule itself, on the trace: sqrt(2 D) fell by less than the share in the last ten iterations, and by more before.
        double[] errors = [.. result.LossTrace.Select(point => Math.Sqrt(2 * point.Loss))];
        for (int i = 1; i < errors.Length; i++)
            Assert.Equal(i == errors.Length - 1, (errors[i - 1] - errors[i]) / errors[0] < 0.05);
    }

    [Theory, OnEveryDevice]
    public void The_sink_gets_every_sample_in_order_and_progress_goes_up(string lane)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(3007, 1), TestSignals.Noise(3007, 2));
        var sink = new Checking();
        var told = new List<SeparationProgress>();
        var options = s_options with { Nmf = s_options.Nmf with { Rank = 3, MaxIterations = 3 } };

#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        new SourceSeparator(Lane.Session(lane)).Separate(recording, sink, options, new Told(told.Add), null, TestContext.Current.CancellationToken);
#pragma warning restore CA2000

        Assert.Equal(new StemFormat(3, 2, TestSignals.RateHz, 3007), sink.Format);
        Assert.Equal([3007, 3007, 3007], sink.Written);
        Assert.Equal(Enum.GetValues<SeparationStage>().Except([SeparationStage.Grouping]), told.Select(p => p.Stage).Distinct());
        foreach (var stage in told.GroupBy(p => p.Stage))
        {
            Assert.Equal(stage.Select(p => p.Completed).Order(), stage.Select(p => p.Completed));
            Assert.Equal(stage.Last().Total, stage.Last().Completed);
        }
        Assert.All(told.Where(p => p.Stage == SeparationStage.Factorising), p => Assert.True(p.Loss > 0, $"{lane}: {p}"));
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void Progress_tells_the_loss_of_the_iteration_that_it_names(string lane)
    {
        var told = new List<SeparationProgress>();
        var options = s_options with { Nmf = s_options.Nmf with { Rank = 3, MaxIterations = 35, Tolerance = 0 } };

        var result = Separate(lane, options, told);

        var losses = result.LossTrace.ToDictionary(point => (long)point.Iteration, point => point.Loss);
        var known = told.Where(p => p.Stage == SeparationStage.Factorising && losses.ContainsKey(p.Completed)).ToList();
        Assert.Contains(known, p => p.Completed == 10);
        Assert.All(known, p => Assert.Equal(losses[p.Completed], p.Loss));
        Assert.Equal(35, told.Last(p => p.Stage == SeparationStage.Factorising).Completed);
    }

    /// <summary>Models that stop early keep their losses; plain updates never raise one.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void Progress_of_several_starts_tells_the_lowest_loss_of_all(string lane)
    {
        var told = new List<SeparationProgress>();
        var options = s_options with
        {
            Nmf = s_options.Nmf with { Rank = 3, Restarts = 6, MaxIterations = 200, Tolerance = 3e-3, Solver = NmfSolver.MultiplicativeUpdate },
        };

        var result = Separate(lane, options, told);

        Assert.True(result.Restarts.Select(one => one.Iterations).Distinct().Count() > 1, "all starts stopped together");
        var losses = told.Where(p => p.Stage == SeparationStage.Factorising).Select(p => p.Loss!.Value).ToList();
        for (int i = 1; i < losses.Count; i++) Assert.True(losses[i] <= losses[i - 1] * (1 + 1e-5), $"{lane}: {losses[i - 1]} then {losses[i]}");
        Assert.Equal(result.LossTrace[^1].Loss, losses[^1]);
    }

    private static SeparationResult Separate(string lane, SeparationOptions options, List<SeparationProgress> told)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(3007, 1), TestSignals.Noise(3007, 2));
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        return new SourceSeparator(Lane.Session(lane)).Separate(recording, new StemBuffer(), options, new Told(told.Add), null, TestContext.Current.CancellationToken);
#pragma warning restore CA2000
    }

    [Fact]
    public void A_separator_of_its_own_opens_and_closes_the_device()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(607, 1));
        using var separator = new SourceSeparator(DeviceRequest.Cpu);
        StemBuffer first = new(), second = new();

        separator.Separate(recording, first, s_options, cancellation: TestContext.Current.CancellationToken);
        separator.Separate(recording, second, s_options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(4, first.Stems.Count);
        for (int k = 0; k < 4; k++) Assert.Equal(first.Stems[k].Interleaved, second.Stems[k].Interleaved);
        Assert.Equal(DeviceKind.Cpu, separator.Device.Kind);
    }

    private static float[,] Reversed(float[,] activations)
    {
        var reversed = new float[activations.GetLength(0), activations.GetLength(1)];
        for (int k = 0; k < reversed.GetLength(0); k++)
            for (int t = 0; t < reversed.GetLength(1); t++)
                reversed[k, t] = activations[reversed.GetLength(0) - 1 - k, t];
        return reversed;
    }

    private static double Correlation(float[] a, float[] b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int n = 0; n < a.Length; n++)
        {
            ab += (double)a[n] * b[n];
            aa += (double)a[n] * a[n];
            bb += (double)b[n] * b[n];
        }
        return ab / Math.Sqrt(aa * bb);
    }

    private sealed class Told(Action<SeparationProgress> act) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => act(value);
    }

    private sealed class Checking : IStemSink
    {
        internal StemFormat Format { get; private set; }

        internal long[] Written { get; private set; } = [];

        public void Begin(StemFormat format)
        {
            Assert.Empty(Written);
            Format = format;
            Written = new long[format.Components];
        }

        public void Write(int component, long start, ReadOnlySpan<float> interleaved)
        {
            Assert.Equal(Written[component], start);
            Assert.Equal(0, interleaved.Length % Format.Channels);
            foreach (float sample in interleaved) Assert.True(float.IsFinite(sample), $"component {component} holds {sample}");
            Written[component] += interleaved.Length / Format.Channels;
        }
    }
}
