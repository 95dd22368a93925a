namespace GpuNmf.Nmf;

/// <summary>What a factorisation found, in the caller's units.</summary>
/// <param name="Templates">W, bins x components.</param>
/// <param name="Activations">H, components x frames.</param>
/// <param name="LossTrace">Loss at the start, after every 10th iteration and at the end.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Stop">Why it ended.</param>
internal sealed record NmfFit(float[,] Templates, float[,] Activations, IReadOnlyList<LossPoint> LossTrace, int Iterations, NmfStop Stop)
{
    /// <summary>True when the tolerance was met.</summary>
    internal bool Converged => Stop == NmfStop.Tolerance;

    /// <summary>What was minimised, the last loss and the penalties.</summary>
    internal double Objective { get; init; } = LossTrace[^1].Loss;

    /// <summary>True when X was zero everywhere: there was nothing to factorise.</summary>
    internal bool Silent { get; init; }

    /// <summary>Seconds of its iterations (wall clock); what models share is divided by their ranks.</summary>
    internal double Seconds { get; init; }
}
