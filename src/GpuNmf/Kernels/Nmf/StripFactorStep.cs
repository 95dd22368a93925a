using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary><see cref="FactorUpdate"/> in vectors.</summary>
internal static unsafe class StripFactorStep
{
    /// <inheritdoc cref="FactorUpdate.Step"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Step<TVector, TLanes>(TVector factor, TVector numerator, TVector denominator, in StepRule rule)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        denominator = TLanes.Fma(TLanes.Broadcast(rule.Ridge), factor, TLanes.Add(denominator, TLanes.Broadcast(rule.Lasso)));
        var scale = TLanes.Divide(numerator, TLanes.Max(denominator, TLanes.Broadcast(FactorUpdate.SmallestDenominator)));
        float exponent = rule.Exponent;
        if (exponent == 0.5f) scale = TLanes.Sqrt(scale);
        else if (exponent != 1f) scale = TLanes.WherePositive(scale, LanesMath.Power<TVector, TLanes>(scale, exponent));
        return TLanes.ZeroBelow(TLanes.Multiply(factor, scale), TLanes.Broadcast(rule.Floor));
    }

    /// <summary>factor + b max(factor - before, 0); the length is a whole number of vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Extrapolate<TVector, TLanes>(float* factor, float* before, float b, float* to, int length)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var scale = TLanes.Broadcast(b);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            var current = TLanes.Load(factor + i);
            var rise = TLanes.Max(TLanes.Subtract(current, TLanes.Load(before + i)), default);
            TLanes.Store(TLanes.Fma(rise, scale, current), to + i);
        }
    }
}
