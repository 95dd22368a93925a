namespace GpuNmf.Nmf;

/// <summary>What is a model's own in a batch; X, divergence, solver and stopping rules are shared.</summary>
/// <param name="Rank">Components, of the batch's rank class.</param>
/// <param name="Seed">Seed of what no start gives.</param>
internal sealed record NmfModel(int Rank, ulong Seed)
{
    /// <summary>How a start is made where none is given.</summary>
    internal NmfInitialization Initialization { get; init; }

    /// <summary>Start of the templates behind the fixed ones, bins x components; null is random.</summary>
    internal float[,]? InitialTemplates { get; init; }

    /// <summary>Start of the activations, components x frames; null is random.</summary>
    internal float[,]? InitialActivations { get; init; }

    /// <summary>Templates of the first components, which stay; null for none.</summary>
    internal float[,]? FixedTemplates { get; init; }

    /// <summary>Where activations may be other than zero, components x frames; null is everywhere.</summary>
    internal bool[,]? ActivationSupport { get; init; }

    /// <summary>Templates that stay.</summary>
    internal int FixedCount => FixedTemplates?.GetLength(1) ?? 0;

    /// <summary>The models of the options: one, or <see cref="NmfOptions.Restarts"/> with seeds that follow one another.</summary>
    internal static NmfModel[] Of(NmfOptions options) => [.. Enumerable.Range(0, options.Restarts).Select(i => new NmfModel(options.Rank, options.Seed + (ulong)i)
    {
        Initialization = options.Initialization,
        InitialTemplates = options.InitialTemplates,
        InitialActivations = options.InitialActivations,
        FixedTemplates = options.FixedTemplates,
        ActivationSupport = options.ActivationSupport,
    })];
}
