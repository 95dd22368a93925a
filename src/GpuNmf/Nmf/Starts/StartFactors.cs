namespace GpuNmf.Nmf.Starts;

/// <summary>A start of both factors.</summary>
/// <param name="Templates">Bins x components.</param>
/// <param name="Activations">Components x frames.</param>
internal sealed record StartFactors(float[,] Templates, float[,] Activations);
