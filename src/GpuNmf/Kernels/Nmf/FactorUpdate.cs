using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Nmf;

/// <summary>One multiplicative step of one factor entry.</summary>
internal static class FactorUpdate
{
    /// <summary>Denominators are kept from zero by this; a numerator is then zero as well, so any positive normal number will do.</summary>
    internal const float SmallestDenominator = 1e-30f;

    /// <summary>factor (numerator / (denominator + lasso + ridge factor))^exponent, zero below the floor. scikit-learn's <c>_multiplicative_update_w</c>.</summary>
    internal static float Step(float factor, float numerator, float denominator, StepRule rule)
    {
        denominator = denominator + rule.Lasso + rule.Ridge * factor;
        float ratio = numerator / (denominator > SmallestDenominator ? denominator : SmallestDenominator), exponent = rule.Exponent;
        float scale = exponent == 1f ? ratio : exponent == 0.5f ? XMath.Sqrt(ratio) : ratio > 0f ? XMath.Exp(exponent * XMath.Log(ratio)) : 0f;
        float next = factor * scale;
        return next < rule.Floor ? 0f : next;
    }

    /// <summary>Extrapolation of Hien, Leplat and Gillis (2024): factor + b max(factor - before, 0); exactly the factor for b = 0.</summary>
    internal static float Extrapolate(float factor, float before, float b) => factor + b * XMath.Max(factor - before, 0f);
}
