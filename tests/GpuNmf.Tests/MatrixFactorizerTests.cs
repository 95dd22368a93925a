using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The door for matrices: what it refuses, when it stops, what it tells, how it goes on.</summary>
public sealed class MatrixFactorizerTests : IDisposable
{
    private static readonly float[,] s_x = FactorizerReferenceTests.Problem(33, 67, 1, seed: 13);

    private readonly MatrixFactorizer _nmf = new(Lane.Session("cpu"), ownsSession: false);

    public void Dispose() => _nmf.Dispose();

    [Fact]
    public void Plain_updates_go_on_from_a_result_with_the_bits_of_one_run()
    {
        var options = new NmfOptions { Rank = 3, Solver = NmfSolver.MultiplicativeUpdate, Tolerance = 0, MaxIterations = 20, InitialActivations = NmfRun.Fit(Lane.Session("cpu"), s_x, new() { Rank = 3, MaxIterations = 1 }).Activations };

        var whole = Fit(options);
        var half = Fit(options with { MaxIterations = 10 });
        var rest = Fit(half.AsStart(options with { MaxIterations = 10 }));

        Assert.Equal(whole.Templates, rest.Templates);
        Assert.Equal(whole.Activations, rest.Activations);
    }

    /// <summary>The options of a training fit its transform and its continuation, whatever it started from.</summary>
    [Theory]
    [InlineData(NmfInitialization.NndsvdA)]
    [InlineData(NmfInitialization.KMeans)]
    public void The_trainings_own_options_transform_and_go_on(NmfInitialization start)
    {
        var options = new NmfOptions { Rank = 3, MaxIterations = 10, Initialization = start };
        var fit = Fit(options);

        var transformed = _nmf.Transform(s_x, fit.Templates, options, cancellation: TestContext.Current.CancellationToken);
        var continued = Fit(fit.AsStart(options));

        Assert.Equal(fit.Templates, transformed.Templates);
        Assert.True(continued.LossTrace[^1].Loss < fit.LossTrace[^1].Loss);
    }

    [Fact]
    public void A_transform_of_silence_keeps_the_templates()
    {
        float[,] templates = Fit(new NmfOptions { Rank = 3, MaxIterations = 10 }).Templates;

        var silence = _nmf.Transform(new float[33, 5], templates, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(templates, silence.Templates);
        Assert.Equal(new float[3, 5], silence.Activations);
    }

    [Fact]
    public void A_transform_takes_no_support_and_needs_a_template()
    {
        var fit = Fit(new NmfOptions { Rank = 3, MaxIterations = 10 });
        float[,] other = FactorizerReferenceTests.Problem(33, 5, 1, seed: 14);

        Assert.Equal(5, _nmf.Transform(other, fit.Templates, new NmfOptions { ActivationSupport = new bool[3, 67] }, cancellation: TestContext.Current.CancellationToken).Activations.GetLength(1));
        Assert.Equal("templates", Assert.Throws<ArgumentException>(() => _nmf.Transform(other, new float[33, 0], cancellation: TestContext.Current.CancellationToken)).ParamName);
        Assert.Contains("4 columns", Assert.Throws<ArgumentException>(() => fit.AsStart(new NmfOptions { FixedTemplates = new float[33, 4] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_start_keeps_fixed_templates_apart()
    {
        var first = Fit(new NmfOptions { Rank = 3, MaxIterations = 10 });
        var kept = new float[33, 2];
        for (int f = 0; f < 33; f++) (kept[f, 0], kept[f, 1]) = (first.Templates[f, 0], first.Templates[f, 1]);
        var options = new NmfOptions { Rank = 3, FixedTemplates = kept, MaxIterations = 10 };

        var second = Fit(options);
        var third = Fit(second.AsStart(options));

        for (int f = 0; f < 33; f++) Assert.Equal((kept[f, 0], kept[f, 1]), (third.Templates[f, 0], third.Templates[f, 1]));
        Assert.True(third.LossTrace[^1].Loss < second.LossTrace[^1].Loss);
        Assert.Equal(second.LossTrace[^1].Loss, third.LossTrace[0].Loss, 1e-4 * second.LossTrace[^1].Loss);
    }

    [Theory]
    [InlineData(NmfSolver.MultiplicativeUpdate, 1)]
    [InlineData(NmfSolver.ExtrapolatedMultiplicativeUpdate, 1)]
    [InlineData(NmfSolver.CoordinateDescent, 2)]
    public void Every_rule_stops_and_says_so(NmfSolver solver, double beta)
    {
        var options = new NmfOptions { Rank = 3, Solver = solver, Beta = beta, MaxIterations = 30, Tolerance = 0 };

        var all = Fit(options);
        var target = Fit(options with { TargetLoss = all.LossTrace[1].Loss * 1.0001 });
        var late = Fit(options with { TimeLimit = TimeSpan.FromTicks(1) });
        var converged = Fit(options with { MaxIterations = 5000, Tolerance = 1e-2 });

        Assert.Equal((NmfStop.MaxIterations, 30), (all.Stop, all.Iterations));
        Assert.Equal((NmfStop.TargetLoss, 10), (target.Stop, target.Iterations));
        Assert.Equal((NmfStop.TimeLimit, 10), (late.Stop, late.Iterations));
        Assert.Equal(NmfStop.Tolerance, converged.Stop);
        Assert.InRange(converged.Iterations, 1, 4999);
        Assert.Equal(converged.Iterations, converged.LossTrace[^1].Iteration);
    }

    [Fact]
    public void Restarts_keep_the_lowest_loss_and_progress_is_told()
    {
        var told = new List<FactorisationProgress>();
        var fit = Fit(new NmfOptions { Rank = 3, MaxIterations = 20, Tolerance = 0, Restarts = 4, Seed = 5 }, progress: new Told(told));

        Assert.Equal(4, fit.Restarts.Count);
        Assert.Equal(fit.Restarts.MinBy(one => one.Loss).Seed, fit.Seed);
        Assert.Equal(fit.LossTrace[^1].Loss, fit.Restarts.Min(one => one.Loss));
        Assert.Equal((20, 20), (told[^1].Iterations, told[^1].InAll));
    }

    /// <summary>The best of several starts under penalties minimises the objective, not the loss.</summary>
    [Fact]
    public void Restarts_keep_the_lowest_objective_and_evaded_penalties_are_told()
    {
        var fit = Fit(new NmfOptions { Rank = 3, MaxIterations = 20, Tolerance = 0, Restarts = 16, Seed = 5, AlphaTemplates = 0.05, AlphaActivations = 0.05, L1Ratio = 0.5 });

        Assert.Equal(fit.Restarts.MinBy(one => one.Objective).Seed, fit.Seed);
        Assert.NotEqual(fit.Restarts.MinBy(one => one.Loss).Seed, fit.Seed);
        Assert.All(fit.Restarts, one => Assert.True(one.Objective > one.Loss));
        Assert.Empty(fit.Warnings);
        Assert.StartsWith("Only the templates", Assert.Single(Fit(new NmfOptions { Rank = 3, MaxIterations = 1, AlphaTemplates = 0.05, AlphaActivations = 0 }).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void One_start_alone_leaves_the_other_to_the_seed()
    {
        var start = Fit(new NmfOptions { Rank = 3, MaxIterations = 1 });
        NmfOptions[] alone = [new() { Rank = 3, MaxIterations = 2, InitialTemplates = start.Templates }, new() { Rank = 3, MaxIterations = 2, InitialActivations = start.Activations }];

        foreach (var options in alone) Assert.NotEqual(Fit(options with { Seed = 1 }).Templates, Fit(options with { Seed = 2 }).Templates);
        var both = alone[0] with { InitialActivations = start.Activations };
        Assert.Equal(Fit(both with { Seed = 1 }).Templates, Fit(both with { Seed = 2 }).Templates);
    }

    [Fact]
    public void Normalising_leaves_templates_that_stay()
    {
        var plain = Fit(new NmfOptions { Rank = 3, MaxIterations = 5 });
        var kept = new float[33, 1];
        for (int f = 0; f < 33; f++) kept[f, 0] = plain.Templates[f, 0];

        var fit = Fit(new NmfOptions { Rank = 3, MaxIterations = 5, FixedTemplates = kept, NormalizeTemplates = true });

        for (int f = 0; f < 33; f++) Assert.Equal(kept[f, 0], fit.Templates[f, 0]);
        for (int k = 1; k < 3; k++) Assert.InRange(Enumerable.Range(0, 33).Sum(f => (double)fit.Templates[f, k]), 1 - 1e-6, 1 + 1e-6);
    }

    [Fact]
    public void An_inverse_transform_is_the_product()
    {
        var fit = Fit(new NmfOptions { Rank = 3, MaxIterations = 5 });

        double[,] want = NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));
        float[,] got = fit.InverseTransform();
        for (int f = 0; f < 33; f++)
            for (int t = 0; t < 67; t++) Assert.Equal((float)want[f, t], got[f, t], 1e-6f);
        Assert.Contains("2", Assert.Throws<ArgumentException>(() => MatrixFactorization.InverseTransform(new float[3, 2], new float[4, 5])).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, NmfOptions, string> Refused => new()
    {
        { "fixed rows", new NmfOptions { Rank = 3, FixedTemplates = new float[32, 2] }, "FixedTemplates is 32 x 2; expected 33 x 2" },
        { "too many fixed", new NmfOptions { Rank = 3, FixedTemplates = new float[33, 4] }, "FixedTemplates has 4 columns; it must have 1..3" },
        { "nothing left", new NmfOptions { Rank = 3, FixedTemplates = new float[33, 3], InitialTemplates = new float[33, 3] }, "gives all 3 templates" },
        { "start behind fixed", new NmfOptions { Rank = 3, FixedTemplates = new float[33, 1], InitialTemplates = new float[33, 3] }, "expected 33 x 2" },
        { "support", new NmfOptions { Rank = 3, ActivationSupport = new bool[3, 66] }, "ActivationSupport is 3 x 66; expected 3 x 67" },
        { "alpha", new NmfOptions { AlphaTemplates = -1 }, "AlphaTemplates is -1; it must be finite and at least 0" },
        { "alpha of H", new NmfOptions { AlphaActivations = double.NaN }, "AlphaActivations is NaN" },
        { "ratio", new NmfOptions { L1Ratio = 1.5 }, "L1Ratio is 1.5; it must lie in 0..1" },
        { "target", new NmfOptions { TargetLoss = -1 }, "TargetLoss is -1" },
        { "limit", new NmfOptions { TimeLimit = TimeSpan.Zero }, "TimeLimit is 00:00:00; it must be above zero" },
        { "restarts", new NmfOptions { Rank = 3, Restarts = 2, FixedTemplates = new float[33, 3], InitialActivations = new float[3, 67] }, "leave nothing to chance" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Wrong_options_are_refused_with_the_value_and_the_rule(string what, NmfOptions options, string message) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => Fit(options)).Message + what, StringComparison.Ordinal);

    [Fact]
    public void Wrong_matrices_are_refused()
    {
        Assert.Contains("X is 0 x 3", Assert.Throws<ArgumentException>(() => Fit(new NmfOptions(), new float[0, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("X[1, 0] is -1", Assert.Throws<ArgumentException>(() => Fit(new NmfOptions(), new float[,] { { 1, 2 }, { -1, 2 } })).Message, StringComparison.Ordinal);
        Assert.Contains("X[0, 1] is NaN", Assert.Throws<ArgumentException>(() => Fit(new NmfOptions(), new float[,] { { 1, float.NaN } })).Message, StringComparison.Ordinal);
        _nmf.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Fit(new NmfOptions()));
    }

    private MatrixFactorization Fit(NmfOptions options, float[,]? x = null, IProgress<FactorisationProgress>? progress = null) =>
        _nmf.Fit(x ?? s_x, options, progress, TestContext.Current.CancellationToken);

    private sealed class Told(List<FactorisationProgress> all) : IProgress<FactorisationProgress>
    {
        public void Report(FactorisationProgress value) => all.Add(value);
    }
}
