using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Several models in one launch, and extrapolated steps, by calling the tile kernels themselves.</summary>
public sealed class ModelBatchTests
{
    /// <summary>Two ranks of one class, beta: a class for each family of kernels, and each kind of denominator.</summary>
    public static IEnumerable<object[]> Pairs =>
    [
        [3, 4, 1], [5, 8, 0], [7, 5, 2], [9, 12, 1],
        [13, 16, 1], [15, 13, 1.5], [20, 24, 2], [30, 32, 1], [40, 48, 1], [50, 64, 0], [66, 70, 2],
    ];

    [Theory, OnEveryDevice(nameof(Pairs))]
    public void Models_of_a_batch_are_those_alone_and_agree_with_double_precision(string lane, int rank, int otherRank, double beta)
    {
        Assert.SkipWhen(Lane.Session(lane).Form == KernelForm.Strip, "the strip kernels take their models one by one");
        const int Bins = 35, Frames = 37;
        float[,] x = FactorizerReferenceTests.Problem(Bins, Frames, beta, seed: 8);
        double[,] floored = NmfReference.Floored(Differences.Widen(x), beta);
        x = Differences.Narrow(floored);
        BatchModel[] models = [Model(x, rank, 0.5f, 0.25f, 11), Model(x, otherRank, 0f, 0.75f, 12)];

        var together = ModelBatch.Run(lane, x, beta, models, [1, 0]);

        for (int i = 0; i < models.Length; i++)
        {
            string what = $"{lane} ranks {rank}, {otherRank} beta {beta} model {i}: ";
            var alone = ModelBatch.Run(lane, x, beta, models, [i])[i];
            Assert.Equal(alone.Templates, together[i].Templates);
            Assert.Equal(alone.Extrapolated, together[i].Extrapolated);
            Assert.Equal(alone.Activations, together[i].Activations);
            Assert.Equal(alone.Next, together[i].Next);
            Assert.Equal(alone.Losses, together[i].Losses);

            Agrees(floored, beta, models[i], alone, what);
        }
    }

    /// <summary>
    /// What only CUDA chooses, on a simulated device with warps of 32: many warps in one pass, and lanes that share the components of a row.
    /// </summary>
    [Theory]
    [InlineData(6, 4, 1)]
    [InlineData(6, 3, 0)]
    [InlineData(6, 9, 1)]
    [InlineData(12, 7, 2)]
    [InlineData(12, 12, 1)]
    [InlineData(0, 30, 0.5)]
    [InlineData(0, 40, 1)]
    [InlineData(0, 60, 2)]
    public void Forms_of_warps_agree_with_double_precision(int warps, int rank, double beta)
    {
        Assert.SkipUnless(Lane.All.Contains(Lane.NvidiaLike), "the lane is not chosen");
        // The pitch must have columns for most of the threads; two slices, the second one short.
        int bins = warps switch { 6 => 400, 12 => 790, _ => 35 }, frames = 50;
        float[,] x = FactorizerReferenceTests.Problem(bins, frames, beta, seed: 9);
        double[,] floored = NmfReference.Floored(Differences.Widen(x), beta);
        x = Differences.Narrow(floored);
        BatchModel[] models = [Model(x, rank, 0.5f, 0.25f, 13)];
        var group = warps switch { 6 => OnePassGroup.SixWarps, 12 => OnePassGroup.TwelveWarps, _ => OnePassGroup.Small };

        var outcome = ModelBatch.Run(Lane.NvidiaLike, x, beta, models, [0], (new TileForms(group, true), warps > 0 ? 48 : 256))[0];

        Agrees(floored, beta, models[0], outcome, $"{warps} warps, rank {rank}, beta {beta}: ");
    }

    /// <summary>
    /// Up to 200 roundings in a row in each of the three steps, each made of the one before, and 40 of a power: 800 x 2^-24.
    /// </summary>
    private static void Agrees(double[,] x, double beta, BatchModel model, BatchOutcome got, string what)
    {
        const double Allowed = 4.8e-5;
        var (start, before) = (model.Start, model.Before);
        double[,] w = NmfReference.UpdateW(x, start.W, start.H, beta);
        Differences.Within(Allowed, Relative(got.Templates, w), what + "W");
        double[,] wExtrapolated = Extrapolated(w, before.W, model.TemplateExtrapolation);
        Differences.Within(Allowed, Relative(got.Extrapolated, wExtrapolated), what + "W extrapolated");
        double[,] h = NmfReference.UpdateH(x, w, Extrapolated(start.H, before.H, model.ActivationExtrapolation), beta);
        Differences.Within(Allowed, Relative(got.Activations, h), what + "H");
        Differences.Within(Allowed, Relative(got.Next, NmfReference.UpdateW(x, wExtrapolated, h, beta)), what + "next W");
        double loss = BetaDivergence.Of(x, wExtrapolated, h, beta);
        Differences.Within(1e-4, Math.Abs(got.Losses.Sum(part => (double)part) / loss - 1), what + "loss");
    }

    /// <summary>The worst entry.</summary>
    private static double Relative(float[,] got, double[,] want)
    {
        Assert.Equal((want.GetLength(0), want.GetLength(1)), (got.GetLength(0), got.GetLength(1)));
        double worst = 0;
        for (int i = 0; i < got.GetLength(0); i++)
            for (int j = 0; j < got.GetLength(1); j++)
                worst = Differences.MaxOrNaN(worst, want[i, j] == got[i, j] ? 0 : Math.Abs(got[i, j] - want[i, j]) / want[i, j]);
        return worst;
    }

    private static double[,] Extrapolated(double[,] factor, double[,] before, double b)
    {
        var result = (double[,])factor.Clone();
        for (int i = 0; i < result.GetLength(0); i++)
            for (int j = 0; j < result.GetLength(1); j++)
                result[i, j] += b * Math.Max(result[i, j] - before[i, j], 0);
        return result;
    }

    /// <summary>Half of the entries of a start rose from what was before, half fell.</summary>
    private static BatchModel Model(float[,] x, int rank, float ofTemplates, float ofActivations, ulong seed)
    {
        double mean = FactorizerReferenceTests.Mean(x);
        int bins = x.GetLength(0), frames = x.GetLength(1);
        return new BatchModel(
            FactorizerReferenceTests.Start(bins, frames, rank, mean, seed), FactorizerReferenceTests.Start(bins, frames, rank, mean, seed + 100), ofTemplates, ofActivations);
    }
}
