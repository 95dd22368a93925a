namespace GpuNmf.Nmf;

/// <summary>The order of the components in every list and file.</summary>
internal static class ComponentOrder
{
    /// <summary>
    /// Components by the energy of W_k H_k, largest first: the sum of squares of an outer product is the product of the sums of squares.
    /// Equal ones keep their order.
    /// </summary>
    internal static int[] ByEnergy(float[,] templates, float[,] activations)
    {
        int rank = templates.GetLength(1);
        var energies = new double[rank];
        for (int k = 0; k < rank; k++)
        {
            double w = 0, h = 0;
            for (int f = 0; f < templates.GetLength(0); f++) w += (double)templates[f, k] * templates[f, k];
            for (int t = 0; t < activations.GetLength(1); t++) h += (double)activations[k, t] * activations[k, t];
            energies[k] = w * h;
        }
        return [.. Enumerable.Range(0, rank).OrderByDescending(k => energies[k])];
    }

    /// <summary>The fit with its components in the given order.</summary>
    internal static NmfFit Arrange(NmfFit fit, int[] order)
    {
        var templates = new float[fit.Templates.GetLength(0), order.Length];
        var activations = new float[order.Length, fit.Activations.GetLength(1)];
        for (int k = 0; k < order.Length; k++)
        {
            for (int f = 0; f < templates.GetLength(0); f++) templates[f, k] = fit.Templates[f, order[k]];
            for (int t = 0; t < activations.GetLength(1); t++) activations[k, t] = fit.Activations[order[k], t];
        }
        return fit with { Templates = templates, Activations = activations };
    }

    /// <summary>The templates of the components that sound somewhere, neither template nor activation zero everywhere; bins x at most as many.</summary>
    internal static float[,] WithoutEmpty(float[,] templates, float[,] activations)
    {
        int bins = templates.GetLength(0), frames = activations.GetLength(1);
        int[] kept = [.. Enumerable.Range(0, templates.GetLength(1)).Where(k => Enumerable.Range(0, bins).Any(f => templates[f, k] > 0) && Enumerable.Range(0, frames).Any(t => activations[k, t] > 0))];
        var left = new float[bins, kept.Length];
        for (int i = 0; i < kept.Length; i++)
            for (int f = 0; f < bins; f++) left[f, i] = templates[f, kept[i]];
        return left;
    }
}
