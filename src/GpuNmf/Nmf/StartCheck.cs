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
        int kept = Fixed(options.FixedTemplates, bins, options.Rank);
        Templates(options.InitialTemplates, bins, options.Rank, kept);
        Activations(options.InitialActivations, options.Rank, frames);
        if (options.ActivationSupport is { } support) Shape(support, options.Rank, frames, "ActivationSupport", $"{options.Rank} components x {frames} frames");
    }

    private static int Fixed(float[,]? templates, int bins, int rank)
    {
        if (templates is null) return 0;
        int kept = templates.GetLength(1);
        if (kept < 1 || kept > rank) throw new ArgumentException($"FixedTemplates has {kept} columns; it must have 1..{rank} (Rank).");
        Shape(templates, bins, kept, "FixedTemplates", $"{bins} bins x {kept} components");
        Entries(templates, "FixedTemplates");
        return kept;
    }

    private static void Templates(float[,]? templates, int bins, int rank, int kept)
    {
        if (templates is null) return;
        if (kept == rank) throw new ArgumentException($"FixedTemplates gives all {rank} templates, so there is none for InitialTemplates to start: leave one of them out, or take more components than templates.");
        string meaning = kept == 0 ? $"{bins} bins x {rank} components" : $"{bins} bins x {rank - kept} components behind {kept} fixed ones";
        Shape(templates, bins, rank - kept, "InitialTemplates", meaning);
        Entries(templates, "InitialTemplates");
    }

    private static void Activations(float[,]? activations, int rank, long frames)
    {
        if (activations is null) return;
        Shape(activations, rank, frames, "InitialActivations", $"{rank} components x {frames} frames");
        Entries(activations, "InitialActivations");
    }

    private static void Shape(Array values, int rows, long columns, string name, string meaning)
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
