namespace GpuNmf.Nmf;

/// <summary>Checks that the start suits a spectrogram.</summary>
internal static class StartCheck
{
    /// <exception cref="ArgumentException">Wrong shape, or an entry that is negative, NaN or infinite; or there are fewer singular vectors than components.</exception>
    internal static void Require(NmfOptions options, int bins, long frames)
    {
        bool decomposes = options.Initialization is NmfInitialization.Nndsvd or NmfInitialization.NndsvdA or NmfInitialization.NndsvdAR;
        if (decomposes && options.Rank > Math.Min(bins, frames))
            throw new ArgumentException(
                $"Rank is {options.Rank}, but a spectrogram of {bins} bins x {frames} frames has only {Math.Min(bins, frames)} singular vectors for Initialization {options.Initialization.ToString().ToLowerInvariant()}: take a lower rank, random or kmeans.",
                nameof(options));
        Templates(options.InitialTemplates, bins, options.Rank);
        Activations(options.InitialActivations, options.Rank, frames);
    }

    private static void Templates(float[,]? templates, int bins, int rank)
    {
        if (templates is null) return;
        Shape(templates, bins, rank, "InitialTemplates", $"{bins} bins x {rank} components");
        Entries(templates, "InitialTemplates");
    }

    private static void Activations(float[,]? activations, int rank, long frames)
    {
        if (activations is null) return;
        Shape(activations, rank, frames, "InitialActivations", $"{rank} components x {frames} frames");
        Entries(activations, "InitialActivations");
    }

    private static void Shape(float[,] values, int rows, long columns, string name, string meaning)
    {
        if (values.GetLength(0) != rows || values.GetLength(1) != columns)
            throw new ArgumentException($"{name} is {values.GetLength(0)} x {values.GetLength(1)}; expected {rows} x {columns} ({meaning}).");
    }

    private static void Entries(float[,] values, string name)
    {
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                if (!(values[i, j] >= 0 && values[i, j] < float.PositiveInfinity))
                    throw new ArgumentException($"{name}[{i}, {j}] is {values[i, j]}; every entry must be finite and not negative.");
    }
}
