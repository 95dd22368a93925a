using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class NmfReferenceTests
{
    // The README of the goldens: float64 implementations agree to 6e-14 in W and H and to 8e-12 in the loss.
    private const double FactorTolerance = 1e-8, LossTolerance = 1e-9;

    public static TheoryData<string, double, int> SmallRanks =>
        [.. from clip in Golden.Clips from beta in Golden.Betas from rank in new[] { 2, 5 } select (clip, beta, rank)];

    public static TheoryData<string, double, int> AllRanks =>
        [.. from clip in Golden.Clips from beta in Golden.Betas from rank in new[] { 2, 5, 16 } select (clip, beta, rank)];

    public static TheoryData<double> EveryBeta => [-1, -0.5, 0, 0.5, 1, 1.25, 2, 2.5, 3, 4];

    [Theory, MemberData(nameof(SmallRanks))]
    public void Ten_iterations_are_scikit_learns(string clip, double beta, int rank) => Compare(clip, beta, rank, [1, 2, 5, 10]);

    [Theory]
    [InlineData("piano_3notes", 1, 5)]
    [InlineData("drums_kick_snare", 0, 2)]
    public void A_hundred_iterations_are_scikit_learns(string clip, double beta, int rank) => Compare(clip, beta, rank, [1, 2, 5, 10, 20, 50, 100]);

    [Theory, MemberData(nameof(AllRanks)), Trait("Suite", "Full")]
    public void Every_golden_is_reproduced(string clip, double beta, int rank) => Compare(clip, beta, rank, [1, 2, 5, 10, 20, 50, 100]);

    [Theory, MemberData(nameof(EveryBeta))]
    public void The_divergence_never_rises(double beta)
    {
        (double[,] x, Factors at) = Planted(31, 23, 4, beta);
        double before = BetaDivergence.Of(x, at.W, at.H, beta);
        for (int i = 0; i < 40; i++)
        {
            at = NmfReference.Run(x, at, beta, 1);
            double now = BetaDivergence.Of(x, at.W, at.H, beta);
            Assert.True(now <= before * (1 + 1e-12), $"beta {beta}, iteration {i}: {before:R} -> {now:R}");
            before = now;
        }
        Assert.True(before >= 0, $"beta {beta}: {before:R}");
    }

    [Theory, MemberData(nameof(EveryBeta))]
    public void The_divergence_of_a_model_is_that_of_its_factors_and_zero_at_the_data(double beta)
    {
        (double[,] x, Factors at) = Planted(31, 23, 4, beta);
        double of = BetaDivergence.Of(x, NmfReference.Product(at.W, at.H), beta);

        Assert.True(of > 0, $"beta {beta}: {of:R}");
        GoldenData.Within(1e-12, Math.Abs(of - BetaDivergence.Of(x, at.W, at.H, beta)) / of, $"beta {beta}");
        GoldenData.Within(1e-12 * of, Math.Abs(BetaDivergence.Of(x, x, beta)), $"beta {beta} at X");
    }

    // One cell, x = 2 and w = h = 1, worked out by hand from the definition of the divergence.
    [Theory]
    [InlineData(-1, 0.25, 1.0 / 3)]
    [InlineData(0, 1 - 0.6931471805599453, 0.5)]
    [InlineData(1, 2 * 0.6931471805599453 - 1, 1)]
    [InlineData(2, 0.5, 1)]
    [InlineData(3, 2.0 / 3, 0.5)]
    [InlineData(4, 1.0 + 1.0 / 12 - 1.0 / 6, 1.0 / 3)]
    public void One_cell_is_as_by_hand(double beta, double loss, double gamma)
    {
        double[,] x = { { 2 } }, one = { { 1 } };

        GoldenData.Within(1e-15, Math.Abs(BetaDivergence.Of(x, one, one, beta) - loss), "loss");
        GoldenData.Within(4e-16, Math.Abs(NmfReference.UpdateW(x, one, one, beta)[0, 0] - Math.Pow(2, gamma)), "W");
        GoldenData.Within(4e-16, Math.Abs(NmfReference.UpdateH(x, one, one, beta)[0, 0] - Math.Pow(2, gamma)), "H");
    }

    [Fact]
    public void The_exponent_one_is_the_plain_ratio()
    {
        (double[,] x, Factors start) = Planted(7, 5, 2, 0);
        double[,] mm = NmfReference.UpdateW(x, start.W, start.H, 0), one = NmfReference.UpdateW(x, start.W, start.H, 0, ReferenceExponent.One);

        for (int f = 0; f < 7; f++)
        {
            // Itakura-Saito: gamma is 1/2, so the factor of mm squared is the factor of the plain ratio.
            double root = mm[f, 0] / start.W[f, 0];
            GoldenData.Within(1e-14, Math.Abs(one[f, 0] / start.W[f, 0] / (root * root) - 1), $"bin {f}");
            Assert.True(Math.Abs(root - 1) > 1e-3, $"bin {f} did not move");
        }
    }

    [Fact]
    public void Silence_stays_finite_and_its_activations_vanish()
    {
        var x = new double[5, 4];
        for (int f = 0; f < 5; f++) x[f, 0] = f + 1;
        (_, Factors start) = Planted(5, 4, 2, 1);

        Factors got = NmfReference.Run(x, start, 1, 5);

        for (int k = 0; k < 2; k++)
        {
            Assert.True(got.H[k, 0] > 0, $"component {k}: {got.H[k, 0]}");
            for (int t = 1; t < 4; t++) Assert.Equal(0, got.H[k, t]);
        }
    }

    [Fact]
    public void The_floor_is_for_beta_below_one_only()
    {
        var x = new double[,] { { 0, 1 }, { 2, 1e-7 } };

        Assert.Equal(new double[,] { { 2e-6, 1 }, { 2, 2e-6 } }, NmfReference.Floored(x, 0.5));
        Assert.Equal(x, NmfReference.Floored(x, 1));
    }

    private static void Compare(string clip, double beta, int rank, int[] stops)
    {
        Golden golden = GoldenData.Clip(clip);
        double[,] x = NmfReference.Floored(golden.Matrix("X"), beta);
        var at = new Factors(golden.Matrix($"init/W0_r{rank}"), golden.Matrix($"init/H0_r{rank}"));
        CompareLoss(golden, x, at, beta, rank, 0);
        int done = 0;
        foreach (int stop in stops)
        {
            at = NmfReference.Run(x, at, beta, stop - done);
            done = stop;
            CompareLoss(golden, x, at, beta, rank, stop);
            if (stop is not (1 or 10 or 100)) continue;
            string name = $"mu/{Golden.Key(beta, rank)}_it{stop}";
            GoldenData.Within(FactorTolerance, GoldenData.Error(at.W, golden.Matrix(name + "_W")), name + " W");
            GoldenData.Within(FactorTolerance, GoldenData.Error(at.H, golden.Matrix(name + "_H")), name + " H");
        }
    }

    private static void CompareLoss(Golden golden, double[,] x, Factors at, double beta, int rank, int iterations)
    {
        double want = golden.Loss(beta, rank, iterations);
        double error = Math.Abs(BetaDivergence.Of(x, at.W, at.H, beta) - want) / want;
        GoldenData.Within(LossTolerance, error, $"{golden.Clip} {Golden.Key(beta, rank)} loss after {iterations}");
    }

    private static (double[,] X, Factors Start) Planted(int bins, int frames, int rank, double beta)
    {
        Factors truth = Random(bins, frames, rank, 1);
        return (NmfReference.Floored(NmfReference.Product(truth.W, truth.H), beta), Random(bins, frames, rank, 2));
    }

    private static Factors Random(int bins, int frames, int rank, ulong seed)
    {
        (double[,] w, double[,] h) = (new double[bins, rank], new double[rank, frames]);
        var random = new CounterRandom(seed, 0);
        for (int i = 0; i < bins * rank; i++) w[i / rank, i % rank] = Math.Abs(random.Normal(i));
        for (int i = 0; i < frames * rank; i++) h[i % rank, i / rank] = Math.Abs(random.Normal(bins * rank + i));
        return new Factors(w, h);
    }
}
