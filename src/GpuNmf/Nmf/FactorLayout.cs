using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Between the field's shapes (W bins x components, H components x frames) and the kernels' layouts.</summary>
internal static class FactorLayout
{
    /// <summary>Templates times 2^exponent in the form's layout, padding zero.</summary>
    internal static float[] PackTemplates(float[,] templates, NmfGeometry geometry, int exponent)
    {
        var packed = new float[geometry.TemplateLength];
        for (int f = 0; f < geometry.Bins; f++)
            for (int k = 0; k < templates.GetLength(1); k++)
                packed[TemplateIndex(geometry, f, k)] = MathF.ScaleB(templates[f, k], exponent);
        return packed;
    }

    /// <inheritdoc cref="PackTemplates"/>
    internal static float[,] UnpackTemplates(float[] packed, NmfGeometry geometry, int rank, int exponent)
    {
        var templates = new float[geometry.Bins, rank];
        for (int f = 0; f < geometry.Bins; f++)
            for (int k = 0; k < rank; k++)
                templates[f, k] = MathF.ScaleB(packed[TemplateIndex(geometry, f, k)], exponent);
        return templates;
    }

    /// <summary>Activations times 2^exponent as [rows][K'], padding zero.</summary>
    internal static float[] PackActivations(float[,] activations, NmfGeometry geometry, int exponent)
    {
        var packed = new float[checked(geometry.Rows * geometry.RankPitch)];
        for (int k = 0; k < activations.GetLength(0); k++)
            for (int t = 0; t < geometry.Frames; t++)
                packed[t * geometry.RankPitch + k] = MathF.ScaleB(activations[k, t], exponent);
        return packed;
    }

    /// <inheritdoc cref="PackActivations"/>
    internal static float[,] UnpackActivations(float[] packed, NmfGeometry geometry, int rank, int exponent)
    {
        var activations = new float[rank, geometry.Frames];
        for (int k = 0; k < rank; k++)
            for (int t = 0; t < geometry.Frames; t++)
                activations[k, t] = MathF.ScaleB(packed[t * geometry.RankPitch + k], exponent);
        return activations;
    }

    private static int TemplateIndex(NmfGeometry geometry, int bin, int component) => geometry.Form == KernelForm.Strip
        ? component * geometry.Pitch + bin
        : bin * geometry.RankPitch + component;
}
