using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Weights of the sums (L1) and of half the sums of squares (L2) of both factors beside the divergence, in the caller's units.</summary>
internal readonly record struct NmfPenalties(double TemplatesL1, double TemplatesL2, double ActivationsL1, double ActivationsL2)
{
    /// <summary>
    /// The templates' weights between the kernels' numbers: all that is minimised is 2^(e beta) times as large there, and an entry 2^a times
    /// (<see cref="SpectrogramScale"/>).
    /// </summary>
    internal FactorPenalty OfTemplates(SpectrogramScale scale, double beta) => Scaled(TemplatesL1, TemplatesL2, scale.Spectrogram * beta, scale.Templates);

    /// <inheritdoc cref="OfTemplates"/>
    internal FactorPenalty OfActivations(SpectrogramScale scale, double beta) => Scaled(ActivationsL1, ActivationsL2, scale.Spectrogram * beta, scale.Activations);

    private static FactorPenalty Scaled(double l1, double l2, double divergence, int entry) =>
        new() { Lasso = (float)(l1 * Math.Pow(2, divergence - entry)), Ridge = (float)(l2 * Math.Pow(2, divergence - 2 * entry)) };
}
