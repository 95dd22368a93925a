using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

public sealed class TileSmoke
{
    public static IEnumerable<object[]> Cases =>
        from rank in new[] { 3, 8, 11, 13, 17, 40, 70, 130 }
        from beta in new[] { 1.0, 2, 0, 1.5, 0.5 }
        select new object[] { rank, beta };

    [Theory, OnEveryDevice(nameof(Cases))]
    public void Small(string lane, int rank, double beta)
    {
        var random = new Random(rank);
        int f = 67, t = 37;
        var x = new double[f, t]; for (int i = 0; i < f; i++) for (int j = 0; j < t; j++) x[i, j] = (float)Math.Pow(random.NextDouble(), 3) + 0.001f;
        var w = new double[f, rank]; for (int i = 0; i < f; i++) for (int j = 0; j < rank; j++) w[i, j] = (float)random.NextDouble();
        var h = new double[rank, t]; for (int i = 0; i < rank; i++) for (int j = 0; j < t; j++) h[i, j] = (float)random.NextDouble();
        var want = NmfReference.Run(NmfReference.Floored(x, beta), new Factors(w, h), beta, 3);
        var fit = NmfRun.Fit(Lane.Session(lane), Differences.Narrow(x), new NmfOptions { Rank = rank, Beta = beta, MaxIterations = 3, Tolerance = 0, InitialTemplates = Differences.Narrow(w), InitialActivations = Differences.Narrow(h) });
        double loss = BetaDivergence.Of(NmfReference.Floored(x, beta), want.W, want.H, beta);
        Differences.Within(2e-5, Differences.Largest(Differences.Widen(fit.Templates), want.W), $"W rank {rank} beta {beta}");
        Differences.Within(2e-5, Differences.Largest(Differences.Widen(fit.Activations), want.H), $"H rank {rank} beta {beta}");
        Differences.Within(2e-5, Math.Abs(fit.LossTrace[^1].Loss - loss) / loss, $"loss rank {rank} beta {beta}");
    }
}
