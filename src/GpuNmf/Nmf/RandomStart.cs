namespace GpuNmf.Nmf;

/// <summary>
/// The random start: |N(0,1)| sqrt(mean(X) / K), as scikit-learn's <c>init='random'</c>, from a counter (row, component, matrix) and the
/// seed. Made in double on the host and rounded once, so that it is the same on every device. The mean is that of the scaled X: where its
/// power of two is odd, the factors in the caller's units are off by sqrt(2) and 1/sqrt(2), which leaves W H as it is.
/// </summary>
internal static class RandomStart
{
    /// <summary>Templates, bins x components.</summary>
    internal static float[,] Templates(int bins, int rank, double mean, ulong seed, CancellationToken cancellation = default) =>
        Fill(bins, rank, mean, seed, RandomStream.StartTemplates, false, cancellation);

    /// <summary>Activations, components x frames.</summary>
    internal static float[,] Activations(int frames, int rank, double mean, ulong seed, CancellationToken cancellation = default) =>
        Fill(frames, rank, mean, seed, RandomStream.StartActivations, true, cancellation);

    private static float[,] Fill(int rows, int rank, double mean, ulong seed, RandomStream stream, bool transposed, CancellationToken cancellation)
    {
        double scale = Math.Sqrt(mean / rank);
        var values = transposed ? new float[rank, rows] : new float[rows, rank];
        for (int row = 0; row < rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int k = 0; k < rank; k++)
            {
                float value = (float)(scale * Math.Abs(Philox.Normal(stream, ((uint)row, 0, (uint)k), seed)));
                if (transposed) values[k, row] = value;
                else values[row, k] = value;
            }
        }
        return values;
    }
}
