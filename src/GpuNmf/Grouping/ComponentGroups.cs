namespace GpuNmf.Grouping;

/// <summary>From what a factorisation found to the source of each component.</summary>
internal static class ComponentGroups
{
    /// <summary>The source of each component, 0-based: in the order of the examples, otherwise by the sum of the energies of W_k H_k, largest first.</summary>
    /// <param name="options">Checked.</param>
    /// <param name="templates">W, bins x components.</param>
    /// <param name="activations">H, components x frames.</param>
    /// <param name="sampleRateHz">Sampling rate in hertz.</param>
    /// <param name="examples">Templates of each example; null where none are asked for.</param>
    /// <param name="cancellation">Looked at after each component.</param>
    internal static int[] Of(
        GroupingOptions options, float[,] templates, float[,] activations, int sampleRateHz, IReadOnlyList<float[,]>? examples, CancellationToken cancellation) => options.Method switch
    {
        GroupingMethod.Assigned => [.. options.Assignment!],
        GroupingMethod.Examples => ExampleMatch.Of(templates, examples!, cancellation),
        GroupingMethod.Envelope => ByEnergy(Envelopes.Of(activations, options.Sources, cancellation), options.Sources, templates, activations),
        _ => ByEnergy(PointClusters.Of(MelCepstrum.Of(templates, sampleRateHz), options.Sources, cancellation), options.Sources, templates, activations),
    };

    private static int[] ByEnergy(int[] clusters, int count, float[,] templates, float[,] activations)
    {
        var energies = new double[count];
        for (int k = 0; k < clusters.Length; k++)
        {
            double w = 0, h = 0;
            for (int f = 0; f < templates.GetLength(0); f++) w += (double)templates[f, k] * templates[f, k];
            for (int t = 0; t < activations.GetLength(1); t++) h += (double)activations[k, t] * activations[k, t];
            energies[clusters[k]] += w * h;
        }
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(c => energies[c])];
        return Array.ConvertAll(clusters, cluster => Array.IndexOf(order, cluster));
    }
}
