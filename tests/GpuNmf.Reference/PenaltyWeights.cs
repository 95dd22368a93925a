namespace GpuNmf.Reference;

/// <summary>Weights of the sums (L1) and of half the sums of squares (L2) of both factors beside the divergence; all are 0 by default.</summary>
/// <param name="W1">L1 of W.</param>
/// <param name="W2">L2 of W.</param>
/// <param name="H1">L1 of H.</param>
/// <param name="H2">L2 of H.</param>
public readonly record struct PenaltyWeights(double W1, double W2, double H1, double H2);
