using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Between the field's shapes (W bins x components, H components x frames) and the kernels' layouts.</summary>
internal static class FactorLayout
{
    private const int RowsAtATime = 1 << 14;

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
        PackRows(activations, geometry, exponent, 0, packed);
        return packed;
    }

    /// <inheritdoc cref="PackActivations"/>
    internal static float[,] UnpackActivations(float[] packed, NmfGeometry geometry, int rank, int exponent)
    {
        var activations = new float[rank, geometry.Frames];
        UnpackRows(packed, geometry, exponent, 0, activations);
        return activations;
    }

    /// <summary>The same to a device, some rows at a time.</summary>
    /// <param name="activations">Components x frames.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="exponent">Of two.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="start">Where row 0 goes.</param>
    internal static void UploadActivations(float[,] activations, NmfGeometry geometry, int exponent, DeviceBuffer<float> target, long start)
    {
        var room = new float[Math.Min(RowsAtATime, geometry.Rows) * geometry.RankPitch];
        for (int first = 0; first < geometry.Rows; first += RowsAtATime)
        {
            var rows = room.AsSpan(0, Math.Min(RowsAtATime, geometry.Rows - first) * geometry.RankPitch);
            rows.Clear();
            PackRows(activations, geometry, exponent, first, rows);
            target.Upload(rows, start + (long)first * geometry.RankPitch);
        }
    }

    /// <summary>Components x frames from a device, some rows at a time.</summary>
    /// <param name="source">Holds them.</param>
    /// <param name="start">Where row 0 lies.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="rank">Components.</param>
    /// <param name="exponent">Of two.</param>
    internal static float[,] DownloadActivations(DeviceBuffer<float> source, long start, NmfGeometry geometry, int rank, int exponent)
    {
        var activations = new float[rank, geometry.Frames];
        var room = new float[Math.Min(RowsAtATime, geometry.Frames) * geometry.RankPitch];
        for (int first = 0; first < geometry.Frames; first += RowsAtATime)
        {
            var rows = room.AsSpan(0, Math.Min(RowsAtATime, geometry.Frames - first) * geometry.RankPitch);
            source.Download(rows, start + (long)first * geometry.RankPitch);
            UnpackRows(rows, geometry, exponent, first, activations);
        }
        return activations;
    }

    private static void PackRows(float[,] activations, NmfGeometry geometry, int exponent, int first, Span<float> rows)
    {
        int end = Math.Min(geometry.Frames - first, rows.Length / geometry.RankPitch);
        for (int k = 0; k < activations.GetLength(0); k++)
            for (int t = 0; t < end; t++)
                rows[t * geometry.RankPitch + k] = MathF.ScaleB(activations[k, first + t], exponent);
    }

    private static void UnpackRows(ReadOnlySpan<float> rows, NmfGeometry geometry, int exponent, int first, float[,] activations)
    {
        int end = Math.Min(geometry.Frames - first, rows.Length / geometry.RankPitch);
        for (int k = 0; k < activations.GetLength(0); k++)
            for (int t = 0; t < end; t++)
                activations[k, first + t] = MathF.ScaleB(rows[t * geometry.RankPitch + k], exponent);
    }

    private static int TemplateIndex(NmfGeometry geometry, int bin, int component) => geometry.Form == KernelForm.Strip
        ? component * geometry.Pitch + bin
        : bin * geometry.RankPitch + component;
}
