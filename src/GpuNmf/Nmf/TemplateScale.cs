namespace GpuNmf.Nmf;

/// <summary>Templates of one scale, the activations multiplied by the inverse, so that W H stays. Empty components stay as they are.</summary>
internal static class TemplateScale
{
    /// <summary>The fit with templates of unit sum, but for the first <paramref name="kept"/>.</summary>
    internal static NmfFit ToUnitSum(NmfFit fit, int kept) => Divided(fit, kept, (sum, entry) => sum + entry, sum => sum);

    /// <summary>The fit with templates of unit Euclidean norm, but for the first <paramref name="kept"/>.</summary>
    internal static NmfFit ToUnitNorm(NmfFit fit, int kept) => Divided(fit, kept, (sum, entry) => sum + entry * entry, Math.Sqrt);

    private static NmfFit Divided(NmfFit fit, int kept, Func<double, double, double> add, Func<double, double> scaleOf)
    {
        var templates = (float[,])fit.Templates.Clone();
        var activations = (float[,])fit.Activations.Clone();
        for (int k = kept; k < templates.GetLength(1); k++)
        {
            double sum = 0;
            for (int f = 0; f < templates.GetLength(0); f++) sum = add(sum, templates[f, k]);
            if (sum == 0) continue;
            double scale = scaleOf(sum);
            for (int f = 0; f < templates.GetLength(0); f++) templates[f, k] = (float)(templates[f, k] / scale);
            for (int t = 0; t < activations.GetLength(1); t++) activations[k, t] = (float)(activations[k, t] * scale);
        }
        return fit with { Templates = templates, Activations = activations };
    }
}
