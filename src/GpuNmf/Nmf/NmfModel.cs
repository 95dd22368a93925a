namespace GpuNmf.Nmf;

/// <summary>What is a model's own in a batch; X, divergence, solver and stopping rule are shared.</summary>
/// <param name="Rank">Components, of the batch's rank class.</param>
/// <param name="Seed">Seed of what no start gives.</param>
/// <param name="InitialTemplates">Start of the templates, bins x components; null is random.</param>
/// <param name="InitialActivations">Start of the activations, components x frames; null is random.</param>
/// <param name="Initialization">How a start is made where none is given.</param>
internal sealed record NmfModel(
    int Rank, ulong Seed, float[,]? InitialTemplates = null, float[,]? InitialActivations = null, NmfInitialization Initialization = NmfInitialization.Random)
{
    /// <summary>The models of the options: one, or <see cref="NmfOptions.Restarts"/> with seeds that follow one another.</summary>
    internal static NmfModel[] Of(NmfOptions options) =>
        [.. Enumerable.Range(0, options.Restarts).Select(i =>
            new NmfModel(options.Rank, options.Seed + (ulong)i, options.InitialTemplates, options.InitialActivations, options.Initialization))];
}
