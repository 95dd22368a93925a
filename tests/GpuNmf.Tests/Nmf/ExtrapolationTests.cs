using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>The extrapolated solver: its momentum and guard on the host, its numbers against double precision on every device.</summary>
public sealed class ExtrapolationTests
{
    [Fact]
    public void The_momentum_is_Nesterovs()
    {
        var extrapolation = new Extrapolation();
        double t = 1;
        for (int n = 1; n <= 30; n++)
        {
            double next = (1 + Math.Sqrt(1 + 4 * t * t)) / 2;
            Assert.Equal((float)((t - 1) / next), extrapolation.Current);
            t = next;
            extrapolation.Advance();
        }
        Assert.InRange(extrapolation.Current, 0.9f, 1f);
    }

    /// <summary>Losses that fall, stand still, rise by rounding, and rise: only the last one starts the momentum again.</summary>
    [Fact]
    public void A_loss_that_rises_by_more_than_a_millionth_starts_the_momentum_again()
    {
        var extrapolation = new Extrapolation();
        (double Loss, bool Rises)[] sequence =
            [(100, false), (50, false), (50, false), (50 * (1 + 0.9e-6), false), (50 * (1 + 2.1e-6), true), (40, false), (41, true), (42, true), (1e-30, false), (0, false), (0, false), (1e-9, true)];
        foreach (var (loss, rises) in sequence)
        {
            for (int n = 0; n < 10; n++) extrapolation.Advance();
            float before = extrapolation.Current;
            Assert.True(before > 0.5f);

            Assert.Equal(rises, extrapolation.Guard(loss));
            Assert.Equal(rises ? 0f : before, extrapolation.Current);
        }
    }

    [Fact]
    public void What_is_read_from_a_checkpoint_sees_the_rise_that_the_writer_would_have_seen()
    {
        var written = new Extrapolation();
        for (int n = 0; n < 7; n++) written.Advance();
        written.Guard(40);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        written.Save(writer);
        stream.Position = 0;
        var read = new Extrapolation();
        using var reader = new BinaryReader(stream);
        read.Load(reader);

        Assert.Equal(written.Current, read.Current);
        Assert.True(read.Guard(41));
        Assert.Equal(0f, read.Current);
    }

    [Fact]
    public void A_model_takes_W_itself_where_a_loss_is_seen_and_does_not_stop_on_a_rise()
    {
        var options = new NmfOptions { Rank = 2, Tolerance = 0.5 };
        var run = new ModelRun(3, new NmfModel(2, 0), SpectrogramScale.For(1), options);
        run.Record(0, 100, 0);
        ModelState[] states = [.. Enumerable.Range(1, 10).Select(n => run.NextIteration(n == 10))];

        Assert.All(states, state => Assert.Equal((3, 2), (state.Index, state.Rank)));
        Assert.Equal(0f, states[0].ActivationExtrapolation);
        for (int n = 1; n < 10; n++) Assert.Equal(states[n].ActivationExtrapolation, states[n - 1].TemplateExtrapolation);
        Assert.All(states[..9], state => Assert.True(state.TemplateExtrapolation > 0));
        Assert.Equal(0f, states[9].TemplateExtrapolation);

        run.Record(10, 101, 0);
        Assert.Null(run.Stop);
        Assert.Equal(0f, run.NextIteration(false).ActivationExtrapolation);
        run.Record(20, 100.9, 0);
        Assert.Equal(NmfStop.Tolerance, run.Stop);
    }

    /// <summary>Penalties make the loss itself rise while what is minimised falls.</summary>
    [Theory]
    [InlineData(NmfSolver.MultiplicativeUpdate)]
    [InlineData(NmfSolver.ExtrapolatedMultiplicativeUpdate)]
    public void Momentum_and_tolerance_look_at_the_penalties_too(NmfSolver solver)
    {
        var options = new NmfOptions { Rank = 2, Tolerance = 0.01, Solver = solver };
        var run = new ModelRun(0, new NmfModel(2, 0), SpectrogramScale.For(1), options);
        run.Record(0, 100, 400);
        for (int n = 1; n <= 10; n++) run.NextIteration(n == 10);

        run.Record(10, 110, 200);
        Assert.Equal((null, 310), (run.Stop, run.Objective));
        Assert.Equal(solver == NmfSolver.ExtrapolatedMultiplicativeUpdate, run.NextIteration(false).ActivationExtrapolation > 0);
        run.Record(20, 90, 219.9);
        Assert.Equal(NmfStop.Tolerance, run.Stop);
    }

    /// <summary>Of equal objectives the first is kept.</summary>
    [Fact]
    public void The_fit_that_minimises_most_is_kept()
    {
        Assert.Equal(2, FitChoice.Best([Fit(5, 11), Fit(4, 12), Fit(7, 8), Fit(6, 8)]));

        static NmfFit Fit(double loss, double objective) => new(new float[1, 1], new float[1, 1], [new LossPoint(0, loss)], 0, NmfStop.MaxIterations) { Objective = objective };
    }

    public static IEnumerable<object[]> Problems =>
        from shape in new[] { (37, 41, 5), (33, 70, 13), (65, 19, 33) }
        from beta in new[] { 0, 0.5, 1, 2, 3 }
        select new object[] { shape.Item1, shape.Item2, shape.Item3, beta };

    /// <summary>13 iterations pass a loss; 1e-4 of W H is the goldens' row for float32 after a hundred.</summary>
    [Theory, OnEveryDevice(nameof(Problems), RealOnly = true)]
    public void Iterations_agree_with_double_precision(string lane, int bins, int frames, int rank, double beta) => Check(lane, bins, frames, rank, beta);

    /// <summary>Minutes on simulated devices, where <see cref="ModelBatchTests"/> has a single iteration.</summary>
    [Theory, OnEveryDevice(nameof(Problems)), Trait("Suite", "Full")]
    public void Iterations_agree_on_every_device(string lane, int bins, int frames, int rank, double beta) => Check(lane, bins, frames, rank, beta);

    private static void Check(string lane, int bins, int frames, int rank, double beta)
    {
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 5);
        var start = FactorizerReferenceTests.Start(bins, frames, rank, FactorizerReferenceTests.Mean(x), seed: 6);
        double[,] floored = NmfReference.Floored(Differences.Widen(x), beta);
        var options = new NmfOptions
        {
            Rank = rank,
            Beta = beta,
            Tolerance = 0,
            InitialTemplates = Differences.Narrow(start.W),
            InitialActivations = Differences.Narrow(start.H),
        };
        foreach (int iterations in new[] { 2, 13 })
        {
            var fit = NmfRun.Fit(Lane.Session(lane), x, options with { MaxIterations = iterations });
            var want = NmfReference.RunExtrapolated(floored, start, beta, iterations);
            double error = Differences.Frobenius(NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations)), NmfReference.Product(want.W, want.H));
            Differences.Within(iterations == 2 ? 1e-5 : 1e-4, error, $"{lane} {bins} x {frames} rank {rank} beta {beta}: W H after {iterations}");
            double loss = BetaDivergence.Of(floored, want.W, want.H, beta);
            Differences.Within(1e-3, Math.Abs(fit.LossTrace[^1].Loss / loss - 1), $"{lane} {bins} x {frames} rank {rank} beta {beta}: loss after {iterations}");
        }
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void Plain_updates_differ_from_extrapolated_ones_from_the_second_iteration_on(string lane)
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 41, 1, seed: 8);
        var options = new NmfOptions { Rank = 4, Tolerance = 0, Seed = 3 };
        NmfFit Fit(NmfSolver solver, int iterations) => NmfRun.Fit(Lane.Session(lane), x, options with { Solver = solver, MaxIterations = iterations });

        Assert.Equal(Fit(NmfSolver.MultiplicativeUpdate, 1).Activations, Fit(NmfSolver.ExtrapolatedMultiplicativeUpdate, 1).Activations);
        Assert.NotEqual(Fit(NmfSolver.MultiplicativeUpdate, 3).Activations, Fit(NmfSolver.ExtrapolatedMultiplicativeUpdate, 3).Activations);
    }
}
