using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Weights of the sums (L1) and of half the sums of squares (L2) of both factors beside the divergence, in the caller's units.</summary>
internal readonly record struct NmfPenalties(double TemplatesL1, double TemplatesL2, double ActivationsL1, double ActivationsL2)
{
    /// <summary>Weight of sum_k |w_k|_2 |h_k|_1: what the sum of the activations costs if every template has unit norm. Where it is above zero, the others are zero.</summary>
    internal double Sparsity { get; init; }

    /// <summary>
    /// The templates' weights between the kernels' numbers: all that is minimised is 2^(e beta) times as large there, and an entry 2^a times
    /// (<see cref="SpectrogramScale"/>).
    /// </summary>
    internal FactorPenalty OfTemplates(SpectrogramScale scale, double beta) => Scaled(TemplatesL1, TemplatesL2, scale, beta, scale.Templates);

    /// <inheritdoc cref="OfTemplates"/>
    internal FactorPenalty OfActivations(SpectrogramScale scale, double beta) => Scaled(ActivationsL1, ActivationsL2, scale, beta, scale.Activations);

    private FactorPenalty Scaled(double l1, double l2, SpectrogramScale scale, double beta, int entry)
    {
        double divergence = scale.Spectrogram * beta;
        return new FactorPenalty
        {
            Lasso = (float)(l1 * Math.Pow(2, divergence - entry)),
            Ridge = (float)(l2 * Math.Pow(2, divergence - 2 * entry)),
            Sparsity = (float)(Sparsity * Math.Pow(2, divergence - scale.Spectrogram)),
        };
    }
}
