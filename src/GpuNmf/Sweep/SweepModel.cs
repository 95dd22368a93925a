namespace GpuNmf.Sweep;

/// <summary>Which model of a sweep.</summary>
/// <param name="Beta">beta of its divergence.</param>
/// <param name="Rank">Components K.</param>
/// <param name="Seed">Seed of its random start.</param>
public readonly record struct SweepKey(double Beta, int Rank, ulong Seed);

/// <summary>A finished model of a sweep. Its numbers have the bits of a separation with the same rank, divergence and seed.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Loss">Final loss, D_beta(X | W H).</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Converged">True when the tolerance was met.</param>
/// <param name="Seconds">Wall-clock seconds; what models of a launch share is divided by their ranks.</param>
/// <param name="Templates">W, bins x components, the largest energy of W_k H_k first.</param>
/// <param name="Activations">H, components x frames; null where they were not kept.</param>
public sealed record SweepModel(SweepKey Key, double Loss, int Iterations, bool Converged, double Seconds, float[,] Templates, float[,]? Activations)
{
    /// <summary>What was minimised: the loss, and the penalties where the options have some. The start where it is lowest is the best.</summary>
    public double Objective { get; init; } = Loss;
}
