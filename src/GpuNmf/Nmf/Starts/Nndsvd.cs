namespace GpuNmf.Nmf.Starts;

/// <summary>
/// Non-negative double singular value decomposition: of each pair of singular vectors the positive or the negative halves, whichever product is larger. Boutsidis and
/// Gallopoulos, Pattern Recognition 41 (2008), with the conventions of scikit-learn's <c>_initialize_nmf</c> (1.2) for X / mean(X): there zeros become 1, or
/// |N(0,1)| / 100, so that they do not depend on the recording's level.
/// </summary>
internal static class Nndsvd
{
    /// <summary>Entries below are zero, for X of mean 1.</summary>
    private const double Least = 1e-6;

    /// <summary>The factors at the scale of X.</summary>
    /// <param name="triplets">As many as there are components.</param>
    /// <param name="kind">What becomes of the zeros.</param>
    /// <param name="mean">Mean of X.</param>
    /// <param name="seed">For <see cref="NmfInitialization.NndsvdAR"/>.</param>
    internal static StartFactors Of(SingularTriplets triplets, NmfInitialization kind, double mean, ulong seed)
    {
        int rank = triplets.Values.Length, bins = triplets.Bins[0].Length, frames = triplets.Frames.GetLength(1);
        double unit = Math.Sqrt(mean);
        var templates = new float[bins, rank];
        var activations = new float[rank, frames];
        for (int j = 0; j < rank; j++)
        {
            // A component of no weight stays empty.
            double sigma = triplets.Values[j];
            if (sigma == 0) continue;
            var (sign, binNorm, frameNorm) = Half(triplets, j);
            // sqrt(sigma m) u / |u| with m = |u| |v|; the frames' vector still has the length sigma.
            double scale = Math.Sqrt(sigma * binNorm * frameNorm);
            for (int f = 0; f < bins; f++) templates[f, j] = Entry(j, sign * triplets.Bins[j][f] * scale / binNorm, unit);
            for (int t = 0; t < frames; t++) activations[j, t] = Entry(j, sign * triplets.Frames[j, t] / sigma * scale / frameNorm, unit);
        }
        if (kind != NmfInitialization.Nndsvd)
        {
            bool random = kind == NmfInitialization.NndsvdAR;
            FillZeros(templates, (f, k) => random ? Small(unit, f, k, RandomStream.FilledTemplates, seed) : (float)unit);
            FillZeros(activations, (k, t) => random ? Small(unit, t, k, RandomStream.FilledActivations, seed) : (float)unit);
        }
        return new StartFactors(templates, activations);
    }

    /// <summary>Which half of the vectors is taken, and its two norms; the first pair is non-negative as a whole, up to rounding.</summary>
    private static (double Sign, double BinNorm, double FrameNorm) Half(SingularTriplets triplets, int j)
    {
        var (positiveBins, negativeBins) = Norms(triplets.Bins[j]);
        double positive = 0, negative = 0;
        for (int t = 0; t < triplets.Frames.GetLength(1); t++)
        {
            double v = triplets.Frames[j, t] / triplets.Values[j];
            if (v > 0) positive += v * v;
            else negative += v * v;
        }
        (positive, negative) = (Math.Sqrt(positive), Math.Sqrt(negative));
        bool isPositive = positiveBins * positive > negativeBins * negative;
        if (j == 0) return (isPositive ? 1 : -1, 1, 1);
        return isPositive ? (1, positiveBins, positive) : (-1, negativeBins, negative);
    }

    private static (double Positive, double Negative) Norms(double[] vector)
    {
        double positive = 0, negative = 0;
        foreach (double v in vector)
        {
            if (v > 0) positive += v * v;
            else negative += v * v;
        }
        return (Math.Sqrt(positive), Math.Sqrt(negative));
    }

    /// <summary>The other half is zero; of the first pair it is rounding, and kept as such.</summary>
    private static float Entry(int j, double value, double unit)
    {
        double entry = j == 0 ? Math.Abs(value) : Math.Max(0, value);
        return entry < Least * unit ? 0 : (float)entry;
    }

    private static float Small(double unit, int row, int component, RandomStream stream, ulong seed) =>
        (float)(unit * Math.Abs(Philox.Normal(stream, ((uint)row, 0, (uint)component), seed)) / 100);

    private static void FillZeros(float[,] values, Func<int, int, float> fill)
    {
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                if (values[i, j] == 0) values[i, j] = fill(i, j);
    }
}
