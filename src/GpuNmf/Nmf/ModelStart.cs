using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Where a model begins, in the caller's units.</summary>
internal static class ModelStart
{
    /// <summary>The fixed templates, then the given or random ones, bins x components.</summary>
    /// <param name="model">What was given.</param>
    /// <param name="geometry">Bins and frames.</param>
    /// <param name="scale">Of the spectrogram.</param>
    /// <param name="mean">Mean of the scaled X.</param>
    internal static float[,] Templates(NmfModel model, NmfGeometry geometry, SpectrogramScale scale, double mean)
    {
        if (model.FixedTemplates is null && model.InitialTemplates is { } whole) return whole;
        int kept = model.FixedCount;
        var templates = kept == model.Rank ? new float[geometry.Bins, kept] : Rescale(RandomStart.Templates(geometry.Bins, model.Rank, mean, model.Seed), -scale.Templates);
        for (int f = 0; f < geometry.Bins; f++)
        {
            for (int k = 0; k < kept; k++) templates[f, k] = model.FixedTemplates![f, k];
            if (model.InitialTemplates is null) continue;
            for (int k = kept; k < model.Rank; k++) templates[f, k] = model.InitialTemplates[f, k - kept];
        }
        return templates;
    }

    /// <summary>The given or random activations, zero outside of their support, components x frames.</summary>
    /// <inheritdoc cref="Templates"/>
    internal static float[,] Activations(NmfModel model, NmfGeometry geometry, SpectrogramScale scale, double mean)
    {
        var start = model.InitialActivations ?? Rescale(RandomStart.Activations(geometry.Frames, model.Rank, mean, model.Seed), -scale.Activations);
        if (model.ActivationSupport is not { } support) return start;
        var activations = new float[model.Rank, geometry.Frames];
        for (int k = 0; k < model.Rank; k++)
            for (int t = 0; t < geometry.Frames; t++)
                activations[k, t] = support[k, t] ? start[k, t] : 0;
        return activations;
    }

    private static float[,] Rescale(float[,] values, int exponent)
    {
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                values[i, j] = MathF.ScaleB(values[i, j], exponent);
        return values;
    }
}
