namespace GpuNmf.Grouping;

/// <summary>Clusters of components whose activations rise and fall together.</summary>
internal static class Envelopes
{
    /// <summary>
    /// From single components upwards the two clusters are joined whose members correlate most in the mean (average linkage; Sokal and Michener 1958), until as
    /// many are left as there are sources.
    /// </summary>
    /// <param name="activations">Components x frames.</param>
    /// <param name="sources">At most as many as there are components.</param>
    /// <param name="cancellation">Looked at after each component.</param>
    /// <returns>The cluster of each component.</returns>
    internal static int[] Of(float[,] activations, int sources, CancellationToken cancellation)
    {
        double[,] alike = Correlations(activations, cancellation);
        List<List<int>> clusters = [.. Enumerable.Range(0, activations.GetLength(0)).Select(k => new List<int> { k })];
        while (clusters.Count > sources)
        {
            cancellation.ThrowIfCancellationRequested();
            (int a, int b, double most) = (0, 1, double.NegativeInfinity);
            for (int i = 0; i < clusters.Count; i++)
            {
                for (int j = i + 1; j < clusters.Count; j++)
                {
                    double mean = clusters[i].Sum(p => clusters[j].Sum(q => alike[p, q])) / (clusters[i].Count * (double)clusters[j].Count);
                    if (mean > most) (a, b, most) = (i, j, mean);
                }
            }
            clusters[a].AddRange(clusters[b]);
            clusters.RemoveAt(b);
        }
        var source = new int[activations.GetLength(0)];
        for (int c = 0; c < clusters.Count; c++)
            foreach (int k in clusters[c]) source[k] = c;
        return source;
    }

    /// <summary>Pearson's correlation of every two activations; 0 with one that does not change.</summary>
    private static double[,] Correlations(float[,] activations, CancellationToken cancellation)
    {
        int rank = activations.GetLength(0), frames = activations.GetLength(1);
        var centred = new double[rank][];
        for (int k = 0; k < rank; k++)
        {
            double mean = 0, power = 0;
            for (int t = 0; t < frames; t++) mean += activations[k, t] / (double)frames;
            centred[k] = new double[frames];
            for (int t = 0; t < frames; t++)
            {
                centred[k][t] = activations[k, t] - mean;
                power += centred[k][t] * centred[k][t];
            }
            double scale = power > 0 ? 1 / Math.Sqrt(power) : 0;
            for (int t = 0; t < frames; t++) centred[k][t] *= scale;
        }
        var alike = new double[rank, rank];
        for (int i = 0; i < rank; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int j = 0; j <= i; j++) alike[i, j] = alike[j, i] = centred[i].Zip(centred[j], (a, b) => a * b).Sum();
        }
        return alike;
    }
}
