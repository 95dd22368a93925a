using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Sums of the activations penalised while templates have unit norm: alpha_H alone with an l1_ratio of 1.</summary>
public sealed class SparsityTests(ITestOutputHelper output)
{
    public static IEnumerable<object[]> Cases => PenaltyTests.Cases;

    public static IEnumerable<object[]> Rules =>
        from beta in new[] { 0.5, 1, 2 } from solver in Enum.GetValues<NmfSolver>() where solver != NmfSolver.CoordinateDescent || beta == 2 select new object[] { beta, solver };

    /// <summary>The bounds are those of <see cref="PenaltyTests.Penalised_updates_agree_with_double_precision"/>: a weight adds the roundings of a norm, which are fewer than a contraction's.</summary>
    [Theory, OnEveryDevice(nameof(Cases))]
    public void Updates_agree_with_double_precision(string lane, int bins, int frames, int rank, double beta)
    {
        var (x, start, weights, options) = Problem(bins, frames, rank, beta, alpha: beta == 3 ? 0.02 : 0.2);
        int iterations = Lane.IsSimulated(lane) ? 1 : 3;
        var floored = NmfReference.Floored(Differences.Widen(x), beta);

        var fit = NmfRun.Fit(Lane.Session(lane), x, options with { Solver = NmfSolver.MultiplicativeUpdate, MaxIterations = iterations });

        var want = NmfReference.Run(floored, start, beta, iterations, penalty: weights);
        double plain = Differences.Frobenius(Product(NmfReference.Run(floored, start, beta, iterations)), Product(want));
        Assert.True(plain > 0.05, $"the penalty changes W H by {plain} only");
        Differences.Within(1e-4, Differences.Frobenius(Product(fit), Product(want)), $"{lane} {bins} x {frames} rank {rank} beta {beta}: W H");
        PenaltyTests.RequireObjective(fit, weights);
    }

    /// <summary>As <see cref="CoordinateDescentTests.Sweeps_agree_with_double_precision"/>.</summary>
    [Theory, OnEveryDevice]
    public void Coordinate_descent_agrees_with_double_precision(string lane)
    {
        foreach (var (bins, frames, rank) in new[] { (33, 37, 3), (67, 37, 13) })
        {
            var (x, start, weights, options) = Problem(bins, frames, rank, 2, alpha: 0.02);

            int iterations = Lane.IsSimulated(lane) ? 1 : 3;
            var fit = NmfRun.Fit(Lane.Session(lane), x, options with { Solver = NmfSolver.CoordinateDescent, MaxIterations = iterations });

            var (want, _) = CoordinateDescentReference.Run(Differences.Widen(x), start, iterations, penalty: weights);
            Differences.Within(1e-4, Differences.Frobenius(Product(fit), Product(want)), $"{lane} {bins} x {frames} rank {rank}: W H");
            PenaltyTests.RequireObjective(fit, weights);
        }
    }

    /// <summary>The updates minimise what they say: the divergence and the penalty together never rise, but by roundings of the loss.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void The_objective_falls(double beta)
    {
        var (x, _, _, options) = Problem(33, 37, 4, beta, alpha: 0.1);
        double[] objectives = [.. new[] { 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 40 }.Select(iterations =>
            NmfRun.Fit(Lane.Session("cpu"), x, options with { Solver = NmfSolver.MultiplicativeUpdate, MaxIterations = iterations }).Objective)];

        for (int i = 1; i < objectives.Length; i++) Assert.True(objectives[i] <= objectives[i - 1] * (1 + 1e-6), $"{objectives[i - 1]} -> {objectives[i]}");
        Assert.True(objectives[^1] < 0.97 * objectives[0], $"{objectives[0]} -> {objectives[^1]}");
    }

    /// <summary>The larger the weight, the less activation of unit templates, at the cost of the divergence; what is left is sparser than without.</summary>
    [Theory, OnEveryDevice(nameof(Rules), RealOnly = true)]
    public void Larger_weights_give_fewer_and_sparser_activations_of_unit_templates(string lane, double beta, NmfSolver solver)
    {
        float[,] x = Differences.Narrow(SharedGolden.Open(Golden.Clips[0]).Matrix("X"));
        double level = Math.Pow(x.Cast<float>().Average(value => (double)value), beta - 1);
        var options = new NmfOptions { Rank = 4, Beta = beta, Solver = solver, MaxIterations = 60, Tolerance = 0, L1Ratio = 1, Seed = 2 };
        NmfFit[] fits = [.. new[] { 0, 0.003, 0.03 }.Select(alpha => NmfRun.Fit(Lane.Session(lane), x, options with { AlphaActivations = alpha * level }))];

        double[] losses = [.. fits.Select(fit => fit.LossTrace[^1].Loss)], sums = [.. fits.Select(Sum)], sparsities = [.. fits.Select(fit => Hoyer(fit.Activations))];
        output.WriteLine($"{lane} beta {beta} {solver}: losses {string.Join(", ", losses)}, sums {string.Join(", ", sums)}, sparsities {string.Join(", ", sparsities)}");
        Assert.Equal(losses.Order(), losses);
        Assert.Equal(sums.OrderDescending(), sums);
        Assert.True(sparsities[2] > sparsities[0]);
        // A component that costs more than it explains is empty.
        foreach (var fit in fits.Skip(1))
            for (int k = 0; k < 4; k++) Assert.True(Norm(fit.Templates, k) is 0 or (> 1 - 1e-6 and < 1 + 1e-6), $"norm of template {k}: {Norm(fit.Templates, k)}");
    }

    /// <summary>Extrapolated updates minimise the objective as plain ones do; templates of no particular scale must not run away.</summary>
    [Theory]
    [InlineData(0.5, 0.01)]
    [InlineData(1, 0.003)]
    [InlineData(1, 0.03)]
    [InlineData(1, 0.1)]
    [InlineData(2, 0.03)]
    public void Extrapolated_updates_reach_the_objective_of_plain_ones(double beta, double alpha)
    {
        float[,] x = Differences.Narrow(SharedGolden.Open(Golden.Clips[0]).Matrix("X"));
        alpha *= Math.Pow(x.Cast<float>().Average(value => (double)value), beta - 1);
        var options = new NmfOptions { Rank = 6, Beta = beta, MaxIterations = 400, Tolerance = 0, AlphaActivations = alpha, L1Ratio = 1, Seed = 2 };

        double plain = Objective(options with { Solver = NmfSolver.MultiplicativeUpdate }), extrapolated = Objective(options);

        output.WriteLine($"beta {beta} alpha {alpha}: {plain} and {extrapolated}");
        Assert.True(extrapolated < 1.03 * plain, $"{extrapolated} is above {plain}");

        double Objective(NmfOptions of)
        {
            var fit = NmfRun.Fit(Lane.Session("cpu"), x, of);
            return fit.LossTrace[^1].Loss + alpha * x.GetLength(0) * Sum(fit);
        }
    }

    [Fact]
    public void Fixed_templates_keep_their_bits_and_the_others_have_unit_norm()
    {
        var (x, start, _, options) = Problem(33, 37, 4, 1, alpha: 0.1);
        float[,] fixedTemplates = PenaltyTests.Columns(Differences.Narrow(start.W), 0, 2), whole = Differences.Narrow(start.W);
        var session = Lane.Session("cpu");

        var some = NmfRun.Fit(session, x, options with { InitialTemplates = PenaltyTests.Columns(whole, 2, 4), FixedTemplates = fixedTemplates });
        var all = NmfRun.Fit(session, x, options with { InitialTemplates = null, FixedTemplates = whole });

        Assert.Equal(fixedTemplates, PenaltyTests.Columns(some.Templates, 0, 2));
        for (int k = 2; k < 4; k++) Differences.Within(1e-6, Math.Abs(Norm(some.Templates, k) - 1), $"norm of template {k}");
        Assert.Equal(whole, all.Templates);
    }

    /// <summary>A recording 256 times as loud has a divergence 256^beta times as large: with the weight for that the factors scale exactly.</summary>
    [Fact]
    public void The_weight_follows_the_level()
    {
        var (x, _, _, options) = Problem(33, 37, 3, 2, alpha: 0.01);
        var loud = new float[33, 37];
        for (int f = 0; f < 33; f++)
            for (int t = 0; t < 37; t++) loud[f, t] = 256 * x[f, t];
        options = options with { InitialTemplates = null, InitialActivations = null, MaxIterations = 12 };

        var one = NmfRun.Fit(Lane.Session("cpu"), x, options);
        var other = NmfRun.Fit(Lane.Session("cpu"), loud, options with { AlphaActivations = 256 * options.AlphaActivations });

        Assert.Equal(one.Templates, other.Templates);
        for (int k = 0; k < 3; k++)
            for (int t = 0; t < 37; t++) Assert.Equal(256 * one.Activations[k, t], other.Activations[k, t]);
    }

    /// <summary>Models of a batch, and iterations launched one by one, have the bits of a run alone.</summary>
    [Theory, OnEveryDevice(nameof(Rules), RealOnly = true)]
    public void No_bit_depends_on_the_launch(string lane, double beta, NmfSolver solver)
    {
        var (x, _, _, options) = Problem(37, 150, 4, beta, alpha: 0.05);
        options = options with { InitialTemplates = null, InitialActivations = null, MaxIterations = 12, Solver = solver, Seed = 3 };
        var session = Lane.Session(lane);

        var alone = NmfRun.Fit(session, x, options);
        var pieces = NmfRun.Fit(session, x, options, flopsOfALaunch: 1);
        using var onDevice = NmfRun.Upload(session, x, GpuNmf.Kernels.Nmf.NmfGeometry.Of(37, 150, 4, session.Form));
        var together = MixedBatch.Run(session, onDevice, 37, 150, [options with { Seed = 2, Restarts = 2 }], null, TestContext.Current.CancellationToken)[0];

        foreach (var fit in new[] { pieces, together[1] })
        {
            Assert.Equal(alone.Templates, fit.Templates);
            Assert.Equal(alone.Activations, fit.Activations);
        }
    }

    private static (float[,] X, Factors Start, PenaltyWeights Weights, NmfOptions Options) Problem(int bins, int frames, int rank, double beta, double alpha)
    {
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 13);
        var start = FactorizerReferenceTests.Start(bins, frames, rank, x.Cast<float>().Average(value => (double)value), seed: 14);
        var options = new NmfOptions
        {
            Rank = rank,
            Beta = beta,
            MaxIterations = 3,
            Tolerance = 0,
            AlphaActivations = alpha,
            L1Ratio = 1,
            InitialTemplates = Differences.Narrow(start.W),
            InitialActivations = Differences.Narrow(start.H),
        };
        return (x, start, new PenaltyWeights { Sparsity = alpha * bins }, options);
    }

    private static double Sum(NmfFit fit) => new PenaltyWeights { Sparsity = 1 }.Of(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));

    /// <summary>Hoyer's measure of how few entries make up the rows, 0..1, their mean (Hoyer 2004).</summary>
    private static double Hoyer(float[,] rows)
    {
        int count = rows.GetLength(0), length = rows.GetLength(1);
        double mean = 0;
        for (int k = 0; k < count; k++)
        {
            double sum = 0, squares = 0;
            for (int t = 0; t < length; t++)
            {
                sum += rows[k, t];
                squares += (double)rows[k, t] * rows[k, t];
            }
            mean += squares == 0 ? 1.0 / count : (Math.Sqrt(length) - sum / Math.Sqrt(squares)) / (Math.Sqrt(length) - 1) / count;
        }
        return mean;
    }

    private static double Norm(float[,] templates, int k)
    {
        double sum = 0;
        for (int f = 0; f < templates.GetLength(0); f++) sum += (double)templates[f, k] * templates[f, k];
        return Math.Sqrt(sum);
    }

    private static double[,] Product(NmfFit fit) => NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));

    private static double[,] Product(Factors factors) => NmfReference.Product(factors.W, factors.H);
}
