namespace GpuNmf.Nmf.Starts;

/// <summary>What a model's caller laid down about its start: templates that stay, and where activations are zero.</summary>
internal static class ModelStart
{
    /// <summary>The start with the fixed templates in front and zeros outside of the activations' support; the arguments are not modified.</summary>
    /// <param name="model">What was laid down.</param>
    /// <param name="templates">Of all components, or only of those behind the fixed ones.</param>
    /// <param name="activations">Of all components.</param>
    internal static StartFactors Of(NmfModel model, float[,] templates, float[,] activations) =>
        new(model.FixedTemplates is { } kept ? Behind(kept, templates, model.Rank) : templates, model.ActivationSupport is { } support ? Within(support, activations) : activations);

    private static float[,] Behind(float[,] kept, float[,] templates, int rank)
    {
        int count = kept.GetLength(1), left = rank - templates.GetLength(1);
        var all = new float[kept.GetLength(0), rank];
        for (int f = 0; f < all.GetLength(0); f++)
            for (int k = 0; k < rank; k++) all[f, k] = k < count ? kept[f, k] : templates[f, k - left];
        return all;
    }

    private static float[,] Within(bool[,] support, float[,] activations)
    {
        var within = new float[activations.GetLength(0), activations.GetLength(1)];
        for (int k = 0; k < within.GetLength(0); k++)
            for (int t = 0; t < within.GetLength(1); t++)
                if (support[k, t]) within[k, t] = activations[k, t];
        return within;
    }
}
