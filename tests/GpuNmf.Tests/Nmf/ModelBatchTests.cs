using GpuNmf.Devices;
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

            // Up to 100 roundings in a row in each of the three steps, each made of the one before, and 40 of a power: 400 x 2^-24.
            const double Allowed = 2.4e-5;
            var (start, before) = (models[i].Start, models[i].Before);
            double[,] w = NmfReference.UpdateW(floored, start.W, start.H, beta);
            Differences.Within(Allowed, Relative(alone.Templates, w), what + "W");
            double[,] wExtrapolated = Extrapolated(w, before.W, models[i].TemplateExtrapolation);
            Differences.Within(Allowed, Relative(alone.Extrapolated, wExtrapolated), what + "W extrapolated");
            double[,] h = NmfReference.UpdateH(floored, w, Extrapolated(start.H, before.H, models[i].ActivationExtrapolation), beta);
            Differences.Within(Allowed, Relative(alone.Activations, h), what + "H");
            Differences.Within(Allowed, Relative(alone.Next, NmfReference.UpdateW(floored, wExtrapolated, h, beta)), what + "next W");
            double loss = BetaDivergence.Of(floored, wExtrapolated, h, beta);
            Differences.Within(1e-4, Math.Abs(alone.Losses.Sum(part => (double)part) / loss - 1), what + "loss");
        }
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
