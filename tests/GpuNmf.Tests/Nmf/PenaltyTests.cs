using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>alpha_W, alpha_H and l1_ratio as scikit-learn scales and applies them, and templates that stay, against float64.</summary>
public sealed class PenaltyTests
{
    /// <summary>Bins, frames, rank: every form of the kernels. beta: every kind of denominator, and an exponent.</summary>
    public static IEnumerable<object[]> Cases =>
        from shape in new[] { (33, 37, 3), (67, 7, 13), (33, 7, 65) }
        from beta in new[] { 0, 1, 2, 3 }
        where shape.Item3 == 3 || (beta != 3 && (shape.Item3 == 13 || beta != 0))
        select new object[] { shape.Item1, shape.Item2, shape.Item3, beta };

    /// <summary>
    /// Penalties as large as the denominators. They add two roundings to a denominator, so the bounds of one iteration without them hold nearly; they are 1e-5 at most
    /// for these sizes (K + F + T roundings of 6e-8, twice for H), and W H after three stays below three times that.
    /// </summary>
    [Theory, OnEveryDevice(nameof(Cases))]
    public void Penalised_updates_agree_with_double_precision(string lane, int bins, int frames, int rank, double beta)
    {
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 3);
        var start = FactorizerReferenceTests.Start(bins, frames, rank, Mean(x), seed: 4);
        // beta 3 has the smaller denominators: with the same weights W H would come near the kernels' smallest V.
        double alphaW = beta == 3 ? 0.03 : 0.3, alphaH = beta == 3 ? 0.02 : 0.2;
        var options = Options(start, beta, 3) with { AlphaTemplates = alphaW, AlphaActivations = alphaH, L1Ratio = 0.25 };
        var weights = new PenaltyWeights(alphaW * frames * 0.25, alphaW * frames * 0.75, alphaH * bins * 0.25, alphaH * bins * 0.75);
        var floored = NmfReference.Floored(Differences.Widen(x), beta);

        var fit = NmfRun.Fit(Lane.Session(lane), x, options);

        var want = NmfReference.Run(floored, start, beta, 3, penalty: weights);
        double plain = Differences.Frobenius(Product(NmfReference.Run(floored, start, beta, 3)), Product(want));
        Assert.True(plain > 0.1, $"penalties change W H by {plain} only");
        Differences.Within(1e-4, Differences.Frobenius(Product(fit), Product(want)), $"{lane} {bins} x {frames} rank {rank} beta {beta}: W H");
        RequireObjective(fit, weights);
    }

    /// <summary>Extrapolated updates minimise the penalised objective as plain ones do, whatever is penalised.</summary>
    [Theory]
    [InlineData(0.5, 0.02, 0.02, 0.5)]
    [InlineData(1, 0.01, 0.01, 1)]
    [InlineData(1, 0.01, 0.02, 0)]
    [InlineData(2, 0.02, 0.02, 0.5)]
    public void Extrapolated_updates_reach_the_objective_of_plain_ones(double beta, double ofTemplates, double ofActivations, double ratio)
    {
        float[,] x = Differences.Narrow(SharedGolden.Open(Golden.Clips[0]).Matrix("X"));
        var options = new NmfOptions { Rank = 6, Beta = beta, MaxIterations = 400, Tolerance = 0, AlphaTemplates = ofTemplates, AlphaActivations = ofActivations, L1Ratio = ratio, Seed = 2 };

        double plain = NmfRun.Fit(Lane.Session("cpu"), x, options with { Solver = NmfSolver.MultiplicativeUpdate }).Objective, extrapolated = NmfRun.Fit(Lane.Session("cpu"), x, options).Objective;

        Assert.True(extrapolated < 1.03 * plain, $"{extrapolated} is above {plain}");
    }

    /// <summary>Fixed templates cost nothing, since nothing changes them; those that adapt do.</summary>
    [Fact]
    public void The_objective_leaves_out_templates_that_stay()
    {
        var start = FactorizerReferenceTests.Start(33, 37, 4, 1, seed: 8);
        float[,] templates = Differences.Narrow(start.W), x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 7);
        var options = new NmfOptions { Rank = 4, MaxIterations = 5, Tolerance = 0, AlphaTemplates = 0.3, AlphaActivations = 0.2, L1Ratio = 0.25, FixedTemplates = Columns(templates, 0, 2) };
        using var factorizer = new MatrixFactorizer(Lane.Session("cpu"), ownsSession: false);

        var kept = factorizer.Fit(x, options, cancellation: TestContext.Current.CancellationToken);
        var adapted = factorizer.Fit(x, options with { AdaptIterations = 3 }, cancellation: TestContext.Current.CancellationToken);

        var weights = new PenaltyWeights(0.3 * 37 * 0.25, 0.3 * 37 * 0.75, 0.2 * 33 * 0.25, 0.2 * 33 * 0.75);
        Require(kept, weights.Of(Differences.Widen(Columns(kept.Templates, 2, 4)), Differences.Widen(kept.Activations)));
        Require(adapted, weights.Of(Differences.Widen(adapted.Templates), Differences.Widen(adapted.Activations)));

        static void Require(MatrixFactorization fit, double penalty)
        {
            double want = fit.LossTrace[^1].Loss + penalty;
            Differences.Within(MathF.ScaleB(1, -24), Math.Abs(fit.Restarts[0].Objective - want) / want, "objective");
        }
    }

    /// <summary>The objective is the loss and the penalties of the factors that come out. Weights are rounded to single precision once, 2^-24; where
    /// templates were scaled to unit norm at the end, their entries too.</summary>
    internal static void RequireObjective(NmfFit fit, PenaltyWeights weights)
    {
        double penalty = weights.Of(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations)), want = fit.LossTrace[^1].Loss + penalty;
        Assert.True(penalty > 0);
        Differences.Within(weights.Sparsity > 0 ? 3 * MathF.ScaleB(1, -24) : MathF.ScaleB(1, -24), Math.Abs(fit.Objective - want) / want, "objective");
    }

    [Theory, OnEveryDevice(nameof(Cases))]
    public void Fixed_templates_keep_their_bits_and_the_others_go_on(string lane, int bins, int frames, int rank, double beta)
    {
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 5);
        var start = FactorizerReferenceTests.Start(bins, frames, rank, Mean(x), seed: 6);
        int kept = rank / 2;
        float[,] templates = Differences.Narrow(start.W);
        var options = Options(start, beta, 3) with { FixedTemplates = Columns(templates, 0, kept), InitialTemplates = Columns(templates, kept, rank) };

        var fit = NmfRun.Fit(Lane.Session(lane), x, options);

        for (int f = 0; f < bins; f++)
            for (int k = 0; k < kept; k++) Assert.Equal(templates[f, k], fit.Templates[f, k]);
        var want = NmfReference.Run(NmfReference.Floored(Differences.Widen(x), beta), start, beta, 3, fixedTemplates: kept);
        Differences.Within(1e-4, Differences.Frobenius(Product(fit), Product(want)), $"{lane} {bins} x {frames} rank {rank} beta {beta}: W H");
    }

    /// <summary>The same for extrapolated updates, whose W_ext must not move fixed templates, and with all of them fixed.</summary>
    [Theory, OnEveryDevice]
    public void Extrapolation_leaves_fixed_templates(string lane)
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 7);
        var start = FactorizerReferenceTests.Start(33, 37, 3, Mean(x), seed: 8);
        float[,] templates = Differences.Narrow(start.W);
        foreach (int kept in new[] { 1, 3 })
        {
            var fit = NmfRun.Fit(Lane.Session(lane), x, new NmfOptions { Rank = 3, MaxIterations = 4, Tolerance = 0, FixedTemplates = Columns(templates, 0, kept) });

            for (int f = 0; f < 33; f++)
                for (int k = 0; k < kept; k++) Assert.Equal(templates[f, k], fit.Templates[f, k]);
            Assert.True(fit.LossTrace[^1].Loss < 0.9 * fit.LossTrace[0].Loss, $"{lane}: {fit.LossTrace[0].Loss} -> {fit.LossTrace[^1].Loss}");
        }
    }

    /// <summary>Dictionaries have unit sums, others any: the start makes up for it, and what is found is the same.</summary>
    [Fact]
    public void The_scale_of_fixed_templates_does_not_matter()
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 7);
        float[,] quiet = Columns(Differences.Narrow(FactorizerReferenceTests.Start(33, 37, 5, Mean(x), seed: 8).W), 0, 2), loud = new float[33, 2];
        for (int f = 0; f < 33; f++)
            for (int k = 0; k < 2; k++) loud[f, k] = 1024 * quiet[f, k];
        var options = new NmfOptions { Rank = 5, MaxIterations = 30, Tolerance = 0, Seed = 3 };

        var one = NmfRun.Fit(Lane.Session("cpu"), x, options with { FixedTemplates = quiet });
        var other = NmfRun.Fit(Lane.Session("cpu"), x, options with { FixedTemplates = loud });

        Differences.Within(1e-5, Differences.Frobenius(Product(other), Product(one)), "W H");
    }

    [Theory, OnEveryDevice]
    public void Activations_stay_zero_outside_of_their_support(string lane)
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 9);
        var support = new bool[3, 37];
        for (int k = 0; k < 3; k++)
            for (int t = 0; t < 37; t++) support[k, t] = k == 0 || (t + k) % 3 == 0;

        var fit = NmfRun.Fit(Lane.Session(lane), x, new NmfOptions { Rank = 3, MaxIterations = 4, Tolerance = 0, ActivationSupport = support });

        int positive = 0;
        for (int k = 0; k < 3; k++)
            for (int t = 0; t < 37; t++)
                if (!support[k, t]) Assert.Equal(0, fit.Activations[k, t]);
                else if (fit.Activations[k, t] > 0) positive++;
        Assert.True(positive > 40, $"{positive} activations are above zero");
    }

    /// <summary>A recording 2^8 times as loud has penalties 2^(8 beta) times as large over factors 2^4 times as large; then the factors scale exactly.</summary>
    [Fact]
    public void Penalties_follow_the_level()
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 2, seed: 10), loud = new float[33, 37];
        for (int f = 0; f < 33; f++)
            for (int t = 0; t < 37; t++) loud[f, t] = 256 * x[f, t];
        var options = new NmfOptions { Rank = 3, Beta = 2, MaxIterations = 12, Tolerance = 0, AlphaTemplates = 0.01, L1Ratio = 0 };

        var one = NmfRun.Fit(Lane.Session("cpu"), x, options);
        var other = NmfRun.Fit(Lane.Session("cpu"), loud, options with { AlphaTemplates = 0.01 * 256 });

        for (int k = 0; k < 3; k++)
            for (int t = 0; t < 37; t++) Assert.Equal(16 * one.Activations[k, t], other.Activations[k, t]);
    }

    private static NmfOptions Options(Factors start, double beta, int iterations) => new()
    {
        Rank = start.W.GetLength(1),
        Beta = beta,
        Solver = NmfSolver.MultiplicativeUpdate,
        MaxIterations = iterations,
        Tolerance = 0,
        InitialTemplates = Differences.Narrow(start.W),
        InitialActivations = Differences.Narrow(start.H),
    };

    private static double[,] Product(NmfFit fit) => NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));

    private static double[,] Product(Factors factors) => NmfReference.Product(factors.W, factors.H);

    private static double Mean(float[,] x) => x.Cast<float>().Average(value => (double)value);

    internal static float[,] Columns(float[,] matrix, int first, int end)
    {
        var columns = new float[matrix.GetLength(0), end - first];
        for (int f = 0; f < columns.GetLength(0); f++)
            for (int k = first; k < end; k++) columns[f, k - first] = matrix[f, k];
        return columns;
    }
}
