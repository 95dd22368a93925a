using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Coordinate descent against float64 and against scikit-learn's results in the goldens.</summary>
public sealed class CoordinateDescentTests(ITestOutputHelper output)
{
    public static IEnumerable<object[]> Shapes => [[33, 37, 1], [67, 7, 3], [33, 37, 8], [65, 7, 13], [33, 7, 65]];

    public static IEnumerable<object[]> Clips => from clip in Golden.Clips from init in new[] { "nndsvd", "nndsvda" } select new object[] { clip, init };

    /// <summary>
    /// Entries are differences of sums of F or T terms of one size, so the error of an entry counts against the largest: some hundred roundings of 6e-8, once for W and once
    /// more for H; a curvature is the square of a factor, so the quotient doubles that.
    /// </summary>
    [Theory, OnEveryDevice(nameof(Shapes))]
    public void Sweeps_agree_with_double_precision(string lane, int bins, int frames, int rank)
    {
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, 2, seed: 11);
        var start = FactorizerReferenceTests.Start(bins, frames, rank, x.Cast<float>().Average(value => (double)value), seed: 12);
        // More components than frames: their Gram matrix is singular, and further sweeps would amplify roundings without bound.
        int iterations = rank > frames && rank > 32 ? 1 : Lane.IsSimulated(lane) ? 2 : 4;
        foreach (bool penalised in new[] { false, true })
        {
            var options = Options(start, iterations) with { AlphaTemplates = penalised ? 0.02 : 0, L1Ratio = 0.5 };
            var weights = penalised ? new PenaltyWeights(0.01 * frames, 0.01 * frames, 0.01 * bins, 0.01 * bins) : default;

            var fit = NmfRun.Fit(Lane.Session(lane), x, options);

            var (want, _) = CoordinateDescentReference.Run(Differences.Widen(x), start, iterations, penalty: weights);
            string what = $"{lane} {bins} x {frames} rank {rank}, penalised {penalised}";
            Assert.Equal(iterations, fit.Iterations);
            Differences.Within(1e-4, Differences.Frobenius(Product(fit), NmfReference.Product(want.W, want.H)), what + ": W H");
            double loss = BetaDivergence.Of(Differences.Widen(x), Differences.Widen(fit.Templates), Differences.Widen(fit.Activations), 2);
            Differences.Within(1e-4, Math.Abs(fit.LossTrace[^1].Loss - loss) / loss, what + ": loss");
        }
    }

    /// <summary>The notebook's pipeline: NMF(n_components=2), tolerance 1e-4, from scikit-learn's own start; the same number of iterations within one.</summary>
    [Theory, OnEveryDevice(nameof(Clips), RealOnly = true)]
    public void The_notebooks_factors_are_found(string lane, string clip, string init)
    {
        var golden = SharedGolden.Open(clip);
        double[,] x = golden.Matrix("X");
        var start = new Factors(golden.Matrix($"nndsvd/{init}_r2_W"), golden.Matrix($"nndsvd/{init}_r2_H"));

        var fit = NmfRun.Fit(Lane.Session(lane), Differences.Narrow(x), Options(start, 200) with { Tolerance = 1e-4 });

        double[,] w = golden.Matrix($"notebook/{init}_W_fit"), h = golden.Matrix($"notebook/{init}_H");
        var (reference, iterations) = CoordinateDescentReference.Run(x, start, 200, 1e-4);
        double error = Differences.Frobenius(Product(fit), NmfReference.Product(w, h));
        output.WriteLine($"{lane} {clip} {init}: {fit.Iterations} iterations, reference {iterations}, W H {error:E2}");
        Differences.Within(1e-8, Differences.Largest(reference.W, w), $"{clip} {init}: W of the reference");
        Assert.InRange(fit.Iterations, iterations - 1, iterations + 1);
        Assert.Equal(NmfStop.Tolerance, fit.Stop);
        Differences.Within(1e-4, error, $"{lane} {clip} {init}: W H");
    }

    /// <summary>Sweeps in an order of their own end at the same loss.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void Shuffled_sweeps_reach_the_same_loss(string lane)
    {
        var golden = SharedGolden.Open(Golden.Clips[0]);
        float[,] x = Differences.Narrow(golden.Matrix("X"));
        var options = new NmfOptions
        {
            Rank = 5,
            Beta = 2,
            Solver = NmfSolver.CoordinateDescent,
            MaxIterations = 300,
            Tolerance = 1e-5,
            InitialTemplates = Differences.Narrow(golden.Matrix("nndsvd/nndsvda_r5_W")),
            InitialActivations = Differences.Narrow(golden.Matrix("nndsvd/nndsvda_r5_H")),
        };

        var plain = NmfRun.Fit(Lane.Session(lane), x, options);
        var shuffled = NmfRun.Fit(Lane.Session(lane), x, options with { Shuffle = true });

        Assert.NotEqual(plain.Templates, shuffled.Templates);
        double a = plain.LossTrace[^1].Loss, b = shuffled.LossTrace[^1].Loss;
        Differences.Within(1e-3, Math.Abs(a - b) / a, $"{lane}: {a} and {b}");
    }

    [Fact]
    public void An_order_has_every_component_once()
    {
        var seen = new HashSet<string>();
        for (int iteration = 1; iteration <= 20; iteration++)
        {
            int[] order = SweepOrder.Of(5, 16, iteration, 7);
            Assert.Equal([0, 1, 2, 3, 4], order.Take(5).Order());
            Assert.Equal([0, 1, 2, 3, 4], order.Skip(16).Take(5).Order());
            seen.Add(string.Join(' ', order));
        }
        Assert.True(seen.Count > 15);
        Assert.Equal([0, 1, 2, 3, 4], SweepOrder.Of(5, 16, 3, null).Take(5));
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        var descent = new NmfOptions { Solver = NmfSolver.CoordinateDescent };
        Assert.Contains("beta is 1", Assert.Throws<ArgumentException>(descent.Validate).Message, StringComparison.Ordinal);
        Assert.Contains("multiplicative", Assert.Throws<ArgumentException>((descent with { Beta = 2, ActivationSupport = new bool[1, 1] }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("Shuffle", Assert.Throws<ArgumentException>((new NmfOptions { Shuffle = true }).Validate).Message, StringComparison.Ordinal);
    }

    private static NmfOptions Options(Factors start, int iterations) => new()
    {
        Rank = start.W.GetLength(1),
        Beta = 2,
        Solver = NmfSolver.CoordinateDescent,
        MaxIterations = iterations,
        Tolerance = 0,
        InitialTemplates = Differences.Narrow(start.W),
        InitialActivations = Differences.Narrow(start.H),
    };

    private static double[,] Product(NmfFit fit) => NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));
}
