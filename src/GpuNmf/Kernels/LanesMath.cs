using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels;

/// <summary>
/// Elementary functions of vectors in single precision. They are inlined: a call takes all vector registers from the loop that it stands
/// in, and those of the runtime go through double precision for exp. NaN does not stay NaN: who needs it adds the value itself to the
/// result, as the losses do.
/// </summary>
internal static class LanesMath
{
    private const float Log2OfE = 1.4426950408889634f, LogOf2 = 0.6931471805599453f;

    /// <summary>What <see cref="Log2OfE"/> lacks.</summary>
    private const float RestOfLog2OfE = (float)(1.4426950408889634 - (double)Log2OfE);

    /// <summary>
    /// v^p: v = 2^e m with m between the square roots of 1/2 and 2, then 2^(p e + p log2 m). The whole part of the exponent is split off
    /// before anything is rounded to it, so the error stays within a few units in the last place, which exp(p log v) leaves by far.
    /// </summary>
    /// <param name="value">Positive and normal. Zero and denormals count as 2^-127 to 2^-126, but p = 1/2, -1/2 and -3/2, roots, take them as they are.</param>
    /// <param name="exponent">p, in -16..16.</param>
    /// <returns>Within (3 + 2 |p|) 6e-8 of the power.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Power<TVector, TLanes>(TVector value, float exponent)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        // Beta 0.5 and 1.5, and their losses: a root and a division take less than half of the instructions.
        if (exponent == 0.5f) return TLanes.Sqrt(value);
        if (exponent == -0.5f) return TLanes.Divide(TLanes.Broadcast(1f), TLanes.Sqrt(value));
        if (exponent == -1.5f) return TLanes.Divide(TLanes.Broadcast(1f), TLanes.Multiply(value, TLanes.Sqrt(value)));
        TLanes.Split(value, out var e, out var mantissa);
        var p = TLanes.Broadcast(exponent);
        var rest = TLanes.Multiply(p, Log2OfMantissa<TVector, TLanes>(mantissa));
        var whole = TLanes.Round(TLanes.Fma(p, e, rest));
        var fraction = TLanes.Add(TLanes.Fma(p, e, TLanes.Subtract(TLanes.Broadcast(0f), whole)), rest);
        return TLanes.Scale(Exp2OfFraction<TVector, TLanes>(fraction), whole);
    }

    /// <summary>The natural logarithm of a positive, normal value within 3e-7 of it (five roundings); zero and denormals count as 2^-127 to 2^-126, infinity as 2^128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Log<TVector, TLanes>(TVector value)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TLanes.Split(value, out var e, out var mantissa);
        return TLanes.Multiply(TLanes.Broadcast(LogOf2), TLanes.Add(e, Log2OfMantissa<TVector, TLanes>(mantissa)));
    }

    /// <summary>e^y within 3e-7 of it for y in -1000..1000; infinite or zero beyond single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Exp<TVector, TLanes>(TVector y)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var factor = TLanes.Broadcast(Log2OfE);
        var whole = TLanes.Round(TLanes.Multiply(y, factor));
        var fraction = TLanes.Fma(y, factor, TLanes.Subtract(TLanes.Broadcast(0f), whole));
        fraction = TLanes.Fma(y, TLanes.Broadcast(RestOfLog2OfE), fraction);
        return TLanes.Scale(Exp2OfFraction<TVector, TLanes>(fraction), whole);
    }

    /// <summary>log2 m by the polynomial of degree 9 through 1 whose largest error is least, 7e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Log2OfMantissa<TVector, TLanes>(TVector mantissa)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        // In pairs, then pairs of pairs (Estrin), so that a processor has several products to begin with.
        TVector t = TLanes.Subtract(mantissa, TLanes.Broadcast(1f)), square = TLanes.Multiply(t, t), fourth = TLanes.Multiply(square, square);
        TVector low = Pair<TVector, TLanes>(1.442694902420044f, -0.7213471531867981f, t), next = Pair<TVector, TLanes>(0.48092252016067505f, -0.3607212007045746f, t);
        TVector third = Pair<TVector, TLanes>(0.28765666484832764f, -0.23851943016052246f, t), high = Pair<TVector, TLanes>(0.2173794060945511f, -0.2103034108877182f, t);
        high = TLanes.Fma(TLanes.Fma(TLanes.Broadcast(0.1254124790430069f), square, high), square, third);
        return TLanes.Multiply(t, TLanes.Fma(high, fourth, TLanes.Fma(next, square, low)));
    }

    /// <summary>2^f for |f| up to 1/2 by the polynomial of degree 6 whose largest relative error is least, 2e-9.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exp2OfFraction<TVector, TLanes>(TVector fraction)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var square = TLanes.Multiply(fraction, fraction);
        TVector low = Pair<TVector, TLanes>(1f, 0.6931471824645996f, fraction), next = Pair<TVector, TLanes>(0.24022646248340607f, 0.05550328642129898f, fraction);
        var high = TLanes.Fma(TLanes.Broadcast(0.0001534581242594868f), square, Pair<TVector, TLanes>(0.009618489071726799f, 0.0013399930903688073f, fraction));
        return TLanes.Fma(TLanes.Fma(high, square, next), square, low);
    }

    /// <summary>a + b x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Pair<TVector, TLanes>(float a, float b, TVector x)
        where TVector : unmanaged where TLanes : ILanes<TVector> =>
        TLanes.Fma(TLanes.Broadcast(b), x, TLanes.Broadcast(a));
}
