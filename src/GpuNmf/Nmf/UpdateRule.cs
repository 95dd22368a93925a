using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>The numbers of the multiplicative rule for one beta.</summary>
/// <param name="Beta">beta.</param>
/// <param name="Exponent">Exponent of the ratio.</param>
/// <param name="Epsilon">Where the dot product W H starts, so that it is never zero; small beside mean(X') = 1.</param>
/// <param name="FactorFloor">Factors below become 0.</param>
/// <param name="RelativeFloor">Cells of X are raised to this share of its largest.</param>
internal readonly record struct UpdateRule(float Beta, float Exponent, float Epsilon, float FactorFloor, double RelativeFloor)
{
    /// <summary>What the kernels get of it; a model's penalties are its own.</summary>
    internal StepRule Step => new() { Exponent = Exponent, Floor = FactorFloor };

    internal static UpdateRule For(NmfOptions options)
    {
        // Rounded once, so that the kernels chosen and the number they get agree.
        double beta = (float)options.Beta;
        double gamma = options.Exponent == UpdateExponent.Fast ? 1 : beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1;
        return new UpdateRule(
            (float)beta,
            (float)gamma,
            beta < 1 ? 1e-8f : 1e-10f,
            beta <= 1 ? MathF.ScaleB(1, -52) : 0f,
            beta < 1 ? 1e-6 : 0);
    }
}
