using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Multiplicative updates against scikit-learn's, from the same start; the tolerances are the goldens' float32 rows.</summary>
public sealed class FactorizerGoldenTests(ITestOutputHelper output)
{
    private const double ProductTolerance = 1e-4, LossTolerance = 1e-4, FactorTolerance = 5e-3;

    public static IEnumerable<object[]> Cases =>
        from clip in Golden.Clips
        from beta in Golden.Betas
        select new object[] { clip, beta, 5 };

    public static IEnumerable<object[]> OtherRanks =>
        from clip in Golden.Clips
        from beta in Golden.Betas
        from rank in new[] { 2, 16 }
        select new object[] { clip, beta, rank };

    [Theory, OnEveryDevice(nameof(Cases), RealOnly = true)]
    public void Updates_agree_with_scikit_learn(string lane, string clip, double beta, int rank) => Compare(lane, clip, beta, rank);

    [Theory, OnEveryDevice(nameof(OtherRanks), RealOnly = true), Trait("Suite", "Full")]
    public void Updates_of_other_ranks_agree_with_scikit_learn(string lane, string clip, double beta, int rank) => Compare(lane, clip, beta, rank);

    private void Compare(string lane, string clip, double beta, int rank)
    {
        var golden = SharedGolden.Open(clip);
        double[,] x = NmfReference.Floored(golden.Matrix("X"), beta);
        foreach (int iterations in new[] { 1, 10, 100 })
        {
            var fit = Fit(lane, golden, beta, rank, iterations);
            string name = $"mu/{Golden.Key(beta, rank)}_it{iterations}";
            double[,] w = golden.Matrix(name + "_W"), h = golden.Matrix(name + "_H");
            double loss = golden.Loss(beta, rank, iterations);
            string what = $"{lane} {clip} beta {beta} rank {rank} after {iterations}";

            Check(ProductTolerance, Differences.Frobenius(NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations)), NmfReference.Product(w, h)), $"{what}: W H");
            Check(LossTolerance, Math.Abs(fit.LossTrace[^1].Loss - loss) / loss, $"{what}: loss");
            Check(LossTolerance, Math.Abs(BetaDivergence.Of(x, Differences.Widen(fit.Templates), Differences.Widen(fit.Activations), beta) - loss) / loss, $"{what}: loss of the factors");
            Check(FactorTolerance, Differences.Largest(Differences.Widen(fit.Templates), w), $"{what}: W");
            Check(FactorTolerance, Differences.Largest(Differences.Widen(fit.Activations), h), $"{what}: H");
        }
    }

    private void Check(double allowed, double error, string what)
    {
        output.WriteLine($"{what}: {error:E2}");
        Differences.Within(allowed, error, what);
    }

    internal static NmfFit Fit(string lane, Golden golden, double beta, int rank, int iterations)
    {
        var options = new NmfOptions
        {
            Rank = rank,
            Beta = beta,
            Solver = NmfSolver.MultiplicativeUpdate,
            MaxIterations = iterations,
            Tolerance = 0,
            InitialTemplates = Differences.Narrow(golden.Matrix($"init/W0_r{rank}")),
            InitialActivations = Differences.Narrow(golden.Matrix($"init/H0_r{rank}")),
        };
        return NmfRun.Fit(Lane.Session(lane), Differences.Narrow(golden.Matrix("X")), options);
    }
}
