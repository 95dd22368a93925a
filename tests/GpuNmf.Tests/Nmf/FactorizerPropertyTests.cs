using FsCheck.Xunit;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>What must hold of every factorisation. FsCheck's seeds are fixed; a failure names the case.</summary>
public sealed class FactorizerPropertyTests
{
    private static readonly double[] s_betas = [-1, 0, 0.5, 1, 1.3, 1.5, 2, 2.5, 3, 4];

    [Property(MaxTest = 40, Replay = "(20260101,11)")]
    public void The_loss_never_rises(ushort shape, ushort seed)
    {
        var (bins, frames, rank, beta) = (2 + shape % 41, 1 + shape / 7 % 43, 1 + shape / 11 % 9, s_betas[shape % s_betas.Length]);
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed);
        double[,] floored = NmfReference.Floored(Differences.Widen(x), beta);
        var options = new NmfOptions { Rank = rank, Beta = beta, MaxIterations = 1, Tolerance = 0, Seed = seed };
        double before = double.PositiveInfinity, start = 0;
        for (int i = 1; i <= 12; i++)
        {
            var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, options);
            double loss = BetaDivergence.Of(floored, Differences.Widen(fit.Templates), Differences.Widen(fit.Activations), beta);
            if (i == 1) start = fit.LossTrace[0].Loss;
            // A problem that can be fitted exactly (one frame, say) ends in the roundings of float32 factors, whose loss is about 2^-48.
            Assert.True(loss <= before * (1 + 1e-6) + 1e-12 * start, $"{bins} x {frames} rank {rank} beta {beta} seed {seed}: {before:R} became {loss:R} in iteration {i}");
            before = loss;
            options = options with { InitialTemplates = fit.Templates, InitialActivations = fit.Activations };
        }
    }

    [Property(MaxTest = 12, Replay = "(20260102,11)")]
    public void Planted_factors_are_found(ushort seed, byte which)
    {
        double beta = new[] { 1, 1.3, 1.5, 2, 2.5 }[which % 5];
        var (x, w) = Planted(61, 53, 3, seed, sparse: true);

        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, new NmfOptions { Rank = 3, Beta = beta, MaxIterations = 400, Tolerance = 0, Seed = seed });

        double share = fit.LossTrace[^1].Loss / fit.LossTrace[0].Loss;
        Assert.True(share <= 1e-4, $"beta {beta} seed {seed}: {share:E2} of the loss at the start is left");
        for (int j = 0; j < 3; j++)
        {
            double best = Enumerable.Range(0, 3).Max(k => Cosine(w, j, Differences.Widen(fit.Templates), k));
            Assert.True(best >= 0.999, $"beta {beta} seed {seed}: template {j} is found with a cosine of {best}");
        }
    }

    [Property(MaxTest = 12, Replay = "(20260105,11)")]
    public void A_matrix_of_low_rank_is_fitted(ushort seed, byte which)
    {
        double beta = s_betas[which % s_betas.Length];
        var (x, _) = Planted(61, 53, 2, seed, sparse: false);

        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, new NmfOptions { Rank = 2, Beta = beta, MaxIterations = 400, Tolerance = 0, Seed = seed });

        double share = fit.LossTrace[^1].Loss / fit.LossTrace[0].Loss;
        Assert.True(share <= 1e-3, $"beta {beta} seed {seed}: {share:E2} of the loss at the start is left");
    }

    [Property(MaxTest = 25, Replay = "(20260103,11)")]
    public void Scaling_X_by_a_power_of_two_scales_W_H_exactly(ushort seed, sbyte power, byte which)
    {
        int exponent = power % 60;
        float[,] x = FactorizerReferenceTests.Problem(37, 29, 0, seed);
        var scaled = new float[37, 29];
        for (int f = 0; f < 37; f++)
            for (int t = 0; t < 29; t++)
                scaled[f, t] = MathF.ScaleB(x[f, t], exponent);
        var options = new NmfOptions { Rank = 3, Beta = s_betas[which % s_betas.Length], MaxIterations = 15, Tolerance = 0, Seed = seed };

        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, options);
        var other = NmfRun.Fit(Lane.Session(Lane.Cpu), scaled, options);

        // W and H take half of the exponent each; which half is the engine's choice, but it is one for the whole matrix.
        int ofW = (int)Math.Round(Math.Log2(other.Templates[5, 1] / (double)fit.Templates[5, 1]));
        Assert.Equal(Scaled(fit.Templates, ofW), other.Templates);
        Assert.Equal(Scaled(fit.Activations, exponent - ofW), other.Activations);
        Assert.Equal(fit.Iterations, other.Iterations);
    }

    [Property(MaxTest = 25, Replay = "(20260104,11)")]
    public void Frames_of_digital_silence_never_make_a_NaN(ushort seed, byte which, byte silent)
    {
        double beta = s_betas[which % s_betas.Length];
        float[,] x = FactorizerReferenceTests.Problem(33, 40, 0, seed);
        int from = silent % 39 + 1;
        for (int t = from; t < 40; t++)
            for (int f = 0; f < 33; f++)
                x[f, t] = 0;

        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, new NmfOptions { Rank = 4, Beta = beta, MaxIterations = 30, Tolerance = 0, Seed = seed });

        string what = $"beta {beta} seed {seed}, silent from frame {from}";
        foreach (float value in fit.Templates) Assert.True(value >= 0 && float.IsFinite(value), $"{what}: W holds {value}");
        foreach (float value in fit.Activations) Assert.True(value >= 0 && float.IsFinite(value), $"{what}: H holds {value}");
        foreach (var point in fit.LossTrace) Assert.True(point.Loss >= 0 && double.IsFinite(point.Loss), $"{what}: loss {point.Loss}");
        if (beta < 1) return;
        for (int t = from; t < 40; t++)
            for (int k = 0; k < 4; k++)
                Assert.Equal(0f, fit.Activations[k, t]);
    }

    [Fact]
    public void A_matrix_of_zeros_has_factors_of_zero_and_says_so()
    {
        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), new float[33, 7], new NmfOptions { Rank = 2 });

        Assert.True(fit.Silent);
        Assert.Equal(new float[33, 2], fit.Templates);
        Assert.Equal(new float[2, 7], fit.Activations);
    }

    /// <summary>W H of known factors; sparse ones have bins and frames of their own, so that there is no other factorisation.</summary>
    private static (float[,] X, double[,] W) Planted(int bins, int frames, int rank, ulong seed, bool sparse)
    {
        var random = new CounterRandom(seed, 5);
        bool Sounds(int place, int k) => !sparse || place % (rank + 1) == k || place % (rank + 1) == rank;
        var (w, h) = (new double[bins, rank], new double[rank, frames]);
        for (int f = 0; f < bins; f++)
            for (int k = 0; k < rank; k++)
                w[f, k] = Sounds(f, k) ? 0.2 + random.Uniform(f * rank + k) : 0;
        for (int k = 0; k < rank; k++)
            for (int t = 0; t < frames; t++)
                h[k, t] = Sounds(t, k) ? 0.2 + random.Uniform(10_000 + k * frames + t) : 0;
        return (Differences.Narrow(NmfReference.Product(w, h)), w);
    }

    private static double Cosine(double[,] a, int i, double[,] b, int j)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int f = 0; f < a.GetLength(0); f++)
        {
            ab += a[f, i] * b[f, j];
            aa += a[f, i] * a[f, i];
            bb += b[f, j] * b[f, j];
        }
        return ab / Math.Sqrt(aa * bb);
    }

    private static float[,] Scaled(float[,] values, int exponent)
    {
        var scaled = new float[values.GetLength(0), values.GetLength(1)];
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                scaled[i, j] = MathF.ScaleB(values[i, j], exponent);
        return scaled;
    }
}
