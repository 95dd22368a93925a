namespace GpuNmf.Nmf;

/// <summary>The loss after some iterations.</summary>
/// <param name="Iteration">Iterations done; 0 is the start.</param>
/// <param name="Loss">D_beta(X | W H), scikit-learn's <c>_beta_divergence</c> without the square root.</param>
public readonly record struct LossPoint(int Iteration, double Loss);
