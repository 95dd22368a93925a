using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf.Starts;

/// <summary>
/// A start from clusters of the frames: templates are the centres of the frames' spectra, each of unit norm, by k-means; activations are the frames'
/// projections onto them, scaled so that each frame keeps its sum. X is only multiplied, on the device.
/// </summary>
internal static class KMeansStart
{
    /// <summary>Entries below this share of the mean are raised to it: updates would never leave zero.</summary>
    private const double Least = 1e-3;

    /// <summary>The factors at the scale of X.</summary>
    /// <param name="session">Device.</param>
    /// <param name="x">X, not zero everywhere.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <param name="rank">K.</param>
    /// <param name="mean">Mean of X.</param>
    /// <param name="seed">Of the frames that are looked at and of the first centres.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal static StartFactors Of(
        DeviceSession session, ISpectrogramBlocks x, NmfGeometry geometry, int rank, double mean, ulong seed, CancellationToken cancellation)
    {
        using var products = new SpectrogramProducts(session, x, geometry.Bins, geometry.Frames, Math.Min(rank, SpectrogramProducts.ColumnsAtATime));
        float[] sums = Sums(products, geometry.Bins, cancellation);
        float[,] centres;
        using (var sample = FrameSample.Of(session, x, geometry, sums, seed, cancellation))
            centres = KMeans.Centres(session, sample, geometry.Bins, rank, seed, cancellation);
        float[,] templates = Templates(centres, rank, mean, seed);
        float[,] activations = products.Project(templates, cancellation);
        Balance(activations, templates, sums);
        return new StartFactors(templates, activations);
    }

    /// <summary>The sum of each frame.</summary>
    private static float[] Sums(SpectrogramProducts products, int bins, CancellationToken cancellation)
    {
        var ones = new float[bins, 1];
        for (int f = 0; f < bins; f++) ones[f, 0] = 1;
        float[,] sums = products.Project(ones, cancellation);
        return [.. Enumerable.Range(0, sums.GetLength(1)).Select(t => sums[0, t])];
    }

    /// <summary>The centres with the mean that a random start has; where there are fewer than components, the others are random.</summary>
    private static float[,] Templates(float[,] centres, int rank, double mean, ulong seed)
    {
        int bins = centres.GetLength(0);
        float[,] templates = RandomStart.Templates(bins, rank, mean, seed);
        for (int k = 0; k < centres.GetLength(1); k++)
        {
            double average = 0;
            for (int f = 0; f < bins; f++) average += centres[f, k] / (double)bins;
            double scale = Math.Sqrt(mean / rank) / average;
            for (int f = 0; f < bins; f++) templates[f, k] = (float)(scale * Math.Max(centres[f, k], Least * average));
        }
        return templates;
    }

    /// <summary>From projections to activations: each over the template's power, then all of a frame scaled so that W H has the frame's sum.</summary>
    private static void Balance(float[,] activations, float[,] templates, float[] sums)
    {
        int rank = activations.GetLength(0), frames = activations.GetLength(1);
        double[] powers = new double[rank], totals = new double[rank];
        for (int f = 0; f < templates.GetLength(0); f++)
        {
            for (int k = 0; k < rank; k++)
            {
                powers[k] += (double)templates[f, k] * templates[f, k];
                totals[k] += templates[f, k];
            }
        }
        double mean = 0;
        for (int t = 0; t < frames; t++)
        {
            double whole = 0;
            for (int k = 0; k < rank; k++) whole += totals[k] / powers[k] * activations[k, t];
            double scale = whole > 0 ? sums[t] / whole : 0;
            for (int k = 0; k < rank; k++)
            {
                activations[k, t] = (float)(scale / powers[k] * activations[k, t]);
                mean += activations[k, t] / ((double)rank * frames);
            }
        }
        for (int k = 0; k < rank; k++)
            for (int t = 0; t < frames; t++) activations[k, t] = Math.Max(activations[k, t], (float)(Least * mean));
    }
}
