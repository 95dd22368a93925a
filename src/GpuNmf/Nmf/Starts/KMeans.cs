using GpuNmf.Devices;

namespace GpuNmf.Nmf.Starts;

/// <summary>
/// Clusters of unit spectra by Lloyd's rounds (IEEE Transactions on Information Theory 28(2), 1982) from the centres of k-means++ (Arthur and Vassilvitskii,
/// SODA 2007). Distances and sums are products with X on the device.
/// </summary>
internal static class KMeans
{
    private const int MostRounds = 100;

    /// <summary>Squared distances of unit spectra in single precision: below, two are the same.</summary>
    private const double Same = 1e-6;

    /// <summary>As many centres as are asked for; fewer where there are fewer different spectra.</summary>
    /// <param name="session">Device.</param>
    /// <param name="sample">Unit spectra, at least one.</param>
    /// <param name="bins">F.</param>
    /// <param name="count">K.</param>
    /// <param name="seed">Of the first centres.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>Bins x centres.</returns>
    internal static float[,] Centres(DeviceSession session, FrameSample sample, int bins, int count, ulong seed, CancellationToken cancellation)
    {
        float[,] centres = FirstCentres(session, sample, bins, count, seed, cancellation);
        using var products = new SpectrogramProducts(session, sample.X, bins, sample.Spectra.Length, centres.GetLength(1));
        var nearest = new int[sample.Spectra.Length];
        Array.Fill(nearest, -1);
        for (int round = 0; round < MostRounds && Assign(products.Project(centres, cancellation), centres, nearest); round++)
        {
            int pitch = products.Geometry.RankPitch;
            var members = new int[centres.GetLength(1)];
            var indicators = new float[products.Geometry.Rows * pitch];
            for (int i = 0; i < nearest.Length; i++)
            {
                indicators[i * pitch + nearest[i]] = 1;
                members[nearest[i]]++;
            }
            products.Upload(indicators);
            float[,] sums = products.OverFrames(cancellation);
            // A cluster that lost its last member keeps its centre.
            for (int k = 0; k < members.Length; k++)
                for (int f = 0; f < bins && members[k] > 0; f++) centres[f, k] = sums[f, k] / members[k];
        }
        return centres;
    }

    /// <summary>Frames of the sample, each drawn with its squared distance from those before it as weight.</summary>
    private static float[,] FirstCentres(DeviceSession session, FrameSample sample, int bins, int count, ulong seed, CancellationToken cancellation)
    {
        using var products = new SpectrogramProducts(session, sample.X, bins, sample.Spectra.Length, 1);
        var chosen = new List<float[]>();
        var distances = new double[sample.Spectra.Length];
        Array.Fill(distances, 1);
        while (chosen.Count < count && Draw(distances, chosen.Count, seed) is { } drawn)
        {
            chosen.Add(sample.Spectra[drawn]);
            float[,] projections = products.Project(Columns([sample.Spectra[drawn]], bins), cancellation);
            for (int i = 0; i < distances.Length; i++)
            {
                double squared = 2 - 2 * projections[0, i];
                squared = squared < Same ? 0 : squared;
                distances[i] = chosen.Count == 1 ? squared : Math.Min(distances[i], squared);
            }
        }
        return Columns([.. chosen], bins);
    }

    /// <summary>An index with the weights' probabilities; null where all are zero.</summary>
    private static int? Draw(double[] weights, int draw, ulong seed)
    {
        double left = weights.Sum() * Philox.Fraction(RandomStream.ClusterCentres, (0, 0, (uint)draw), seed);
        int? last = null;
        for (int i = 0; i < weights.Length; i++)
        {
            if (weights[i] == 0) continue;
            last = i;
            left -= weights[i];
            if (left < 0) break;
        }
        return last;
    }

    /// <summary>Gives each spectrum to its nearest centre, of equal ones the first.</summary>
    /// <returns>True when one has changed.</returns>
    private static bool Assign(float[,] products, float[,] centres, int[] nearest)
    {
        int count = centres.GetLength(1);
        var powers = new double[count];
        for (int f = 0; f < centres.GetLength(0); f++)
            for (int k = 0; k < count; k++) powers[k] += (double)centres[f, k] * centres[f, k];
        bool changed = false;
        for (int i = 0; i < nearest.Length; i++)
        {
            int best = 0;
            for (int k = 1; k < count; k++)
                if (powers[k] - 2 * products[k, i] < powers[best] - 2 * products[best, i]) best = k;
            changed |= best != nearest[i];
            nearest[i] = best;
        }
        return changed;
    }

    private static float[,] Columns(float[][] spectra, int bins)
    {
        var columns = new float[bins, spectra.Length];
        for (int k = 0; k < spectra.Length; k++)
            for (int f = 0; f < bins; f++) columns[f, k] = spectra[k][f];
        return columns;
    }
}
