using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>The loss that the kernels sum, where the textbook form of the divergence cancels: beside beta 0 and 1.</summary>
public sealed class LossNearLimitTests
{
    public static IEnumerable<object[]> Betas =>
        new[] { -0.2, -1e-9, 1e-9, 1e-3, 0.24, 0.26, 0.76, 0.999, 1.00000001, 1.0000001, 1.2 }.Select(b => new object[] { b });

    [Theory, OnEveryDevice(nameof(Betas))]
    public void The_loss_beside_a_limit_is_that_of_double_precision(string lane, double beta)
    {
        const int bins = 33, frames = 19, rank = 3;
        var random = new CounterRandom(7, 0);
        var x = new float[bins, frames];
        for (int f = 0; f < bins; f++)
            for (int t = 0; t < frames; t++)
                x[f, t] = 0.01f + (float)random.Uniform(f * frames + t);
        if (beta > 1) x[3, 4] = 0;

        var fit = NmfRun.Fit(Lane.Session(lane), x, new NmfOptions { Rank = rank, Beta = beta, MaxIterations = Lane.IsSimulated(lane) ? 10 : 20, Tolerance = 0, Seed = 3 });

        // Above 1e-6 of the limit the oracle's own form is exact enough in double (1e-16 / 1e-6); nearer it is the limit's loss.
        double near = Math.Abs(beta - 1) < 1e-6 ? 1 : Math.Abs(beta) < 1e-6 ? 0 : beta;
        double want = BetaDivergence.Of(NmfReference.Floored(Differences.Widen(x), near), Differences.Widen(fit.Templates), Differences.Widen(fit.Activations), near);
        // Float terms of O(1) that sum to about a tenth each: some tens of roundings, and log and exp of a GPU, some units each.
        Differences.Within(2e-5, Math.Abs(fit.LossTrace[^1].Loss - want) / want, $"{lane} beta {beta}: loss {fit.LossTrace[^1].Loss:R}, want {want:R}");
        for (int i = 1; i < fit.LossTrace.Count; i++)
            Assert.True(fit.LossTrace[i].Loss <= fit.LossTrace[i - 1].Loss * (1 + 1e-6), $"{lane} beta {beta}: {fit.LossTrace[i - 1]} then {fit.LossTrace[i]}");
    }
}
