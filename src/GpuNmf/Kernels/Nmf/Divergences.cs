using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// A beta-divergence as the update kernels see it: the terms that the contractions sum, and the loss of one cell.
/// x is a cell of X, v &gt; 0 the same cell of W H. Févotte and Idier (2011), table 1 and eq. 4.1 ff.
/// </summary>
internal interface IDivergence
{
    /// <summary>True for beta 2: the denominators come from the Gram matrices W^T W and H H^T, and W H is needed for the loss only.</summary>
    static abstract bool UsesGram { get; }

    /// <summary>True when the denominator needs its own contraction of v^(beta-1); false where it is a sum of factors or a Gram product.</summary>
    static abstract bool HasDenominator { get; }

    /// <summary>True where the terms take logarithms and powers.</summary>
    static abstract bool UsesPowers { get; }

    /// <summary>True where factors step by coordinate descent instead of by a ratio; only where <see cref="UsesGram"/>.</summary>
    static abstract bool Descends { get; }

    /// <summary>x v^(beta-2) and v^(beta-1).</summary>
    static abstract void Terms(float x, float v, float beta, out float numerator, out float denominator);

    /// <summary>d_beta(x | v), as scikit-learn's <c>_beta_divergence</c>.</summary>
    static abstract float Loss(float x, float v, float beta);

    /// <inheritdoc cref="Terms(float, float, float, out float, out float)"/>
    static abstract void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector>;

    /// <inheritdoc cref="Loss(float, float, float)"/>
    static abstract TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>;
}

/// <summary>beta = 2: half the squared Frobenius norm.</summary>
internal readonly struct Frobenius : IDivergence
{
    public static bool UsesGram => true;

    public static bool HasDenominator => false;

    public static bool UsesPowers => false;

    public static bool Descends => false;

    public static void Terms(float x, float v, float beta, out float numerator, out float denominator)
    {
        numerator = x;
        denominator = v;
    }

    public static float Loss(float x, float v, float beta) => 0.5f * (x - v) * (x - v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        numerator = x;
        denominator = v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var d = TLanes.Subtract(x, v);
        return TLanes.Multiply(TLanes.Broadcast(0.5f), TLanes.Multiply(d, d));
    }
}

/// <summary>beta = 1: Kullback-Leibler. The denominators are sums of factors.</summary>
internal readonly struct KullbackLeibler : IDivergence
{
    public static bool UsesGram => false;

    public static bool HasDenominator => false;

    public static bool UsesPowers => false;

    public static bool Descends => false;

    public static void Terms(float x, float v, float beta, out float numerator, out float denominator)
    {
        numerator = Quotient.Of(x, v);
        denominator = 0f;
    }

    // The logarithm of a zero cell counts nothing: x log x tends to 0.
    public static float Loss(float x, float v, float beta) => (x > 0f ? x * XMath.Log(x / v) : 0f) - (x - v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        numerator = TLanes.Divide(x, v);
        denominator = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var xLog = TLanes.WherePositive(x, TLanes.Multiply(x, LanesMath.Log<TVector, TLanes>(TLanes.Divide(x, v))));
        return TLanes.Subtract(xLog, TLanes.Subtract(x, v));
    }
}

/// <summary>beta = 0: Itakura-Saito. X is floored above zero before, so zero cells are padding and cost nothing.</summary>
internal readonly struct ItakuraSaito : IDivergence
{
    public static bool UsesGram => false;

    public static bool HasDenominator => true;

    public static bool UsesPowers => false;

    public static bool Descends => false;

    public static void Terms(float x, float v, float beta, out float numerator, out float denominator)
    {
        denominator = Quotient.Of(1f, v);
        numerator = x * denominator * denominator;
    }

    public static float Loss(float x, float v, float beta)
    {
        float q = x / v;
        return x > 0f ? q - XMath.Log(q) - 1f : 0f;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        denominator = TLanes.Divide(TLanes.Broadcast(1f), v);
        numerator = TLanes.Multiply(TLanes.Multiply(x, denominator), denominator);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var q = TLanes.Divide(x, v);
        return TLanes.WherePositive(x, TLanes.Subtract(TLanes.Subtract(q, LanesMath.Log<TVector, TLanes>(q)), TLanes.Broadcast(1f)));
    }
}

/// <summary>Any other beta in -1..4, by v^p = exp(p log v), on the CPU by <see cref="LanesMath"/>.</summary>
internal readonly struct AnyBeta : IDivergence
{
    public static bool UsesGram => false;

    public static bool HasDenominator => true;

    public static bool UsesPowers => true;

    public static bool Descends => false;

    public static void Terms(float x, float v, float beta, out float numerator, out float denominator)
    {
        float power = XMath.Exp((beta - 2f) * XMath.Log(v));
        numerator = x * power;
        denominator = v * power;
    }

    // For beta < 1, X is floored above zero before: zero cells are padding. Above 1 a zero cell costs v^beta / beta.
    public static float Loss(float x, float v, float beta)
    {
        if (x <= 0f && beta < 1f) return 0f;
        if (BetaLimits.NearOne(beta) || BetaLimits.NearZero(beta)) return NearLimit(x, v, beta);
        float vPower = XMath.Exp((beta - 1f) * XMath.Log(v));
        float xPower = x > 0f ? XMath.Exp(beta * XMath.Log(x)) : 0f;
        return (xPower + vPower * ((beta - 1f) * v - beta * x)) / (beta * (beta - 1f));
    }

    /// <summary>
    /// Beside beta 1 and 0 the textbook form cancels; with r = x / v and c = beta - 1 the same is
    /// v^beta (r expm1(c log r) / c - (r - 1)) / beta, and v^beta (expm1(beta log r) / beta - (r - 1)) / (beta - 1).
    /// </summary>
    private static float NearLimit(float x, float v, float beta)
    {
        float r = x / v, log = r > 0f ? XMath.Log(r) : 0f, vPower = XMath.Exp(beta * XMath.Log(v)), c = beta - 1f;
        return BetaLimits.NearOne(beta)
            ? vPower * (r * BetaLimits.Expm1(c * log) / c - (r - 1f)) / beta
            : vPower * (BetaLimits.Expm1(beta * log) / beta - (r - 1f)) / c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector NearLimit<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector one = TLanes.Broadcast(1f), r = TLanes.Divide(x, v), log = TLanes.WherePositive(r, LanesMath.Log<TVector, TLanes>(r));
        TVector vPower = LanesMath.Power<TVector, TLanes>(v, beta), rise = TLanes.Subtract(r, one);
        float c = beta - 1f;
        bool nearOne = BetaLimits.NearOne(beta);
        float exponent = nearOne ? c : beta, other = nearOne ? beta : c;
        var growth = TLanes.Divide(BetaLimits.Expm1<TVector, TLanes>(TLanes.Multiply(TLanes.Broadcast(exponent), log)), TLanes.Broadcast(exponent));
        if (nearOne) growth = TLanes.Multiply(r, growth);
        return TLanes.Divide(TLanes.Multiply(vPower, TLanes.Subtract(growth, rise)), TLanes.Broadcast(other));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var power = LanesMath.Power<TVector, TLanes>(v, beta - 2f);
        numerator = TLanes.Multiply(x, power);
        denominator = TLanes.Multiply(v, power);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        if (BetaLimits.NearOne(beta) || BetaLimits.NearZero(beta))
        {
            var near = NearLimit<TVector, TLanes>(x, v, beta);
            return beta < 1f ? TLanes.WherePositive(x, near) : near;
        }
        var vPower = LanesMath.Power<TVector, TLanes>(v, beta - 1f);
        var xPower = TLanes.WherePositive(x, LanesMath.Power<TVector, TLanes>(x, beta));
        var linear = TLanes.Subtract(TLanes.Multiply(TLanes.Broadcast(beta - 1f), v), TLanes.Multiply(TLanes.Broadcast(beta), x));
        var loss = TLanes.Divide(TLanes.Fma(vPower, linear, xPower), TLanes.Broadcast(beta * (beta - 1f)));
        return beta < 1f ? TLanes.WherePositive(x, loss) : loss;
    }
}

/// <summary>The quotient of the update kernels.</summary>
internal static class Quotient
{
    /// <summary>x / v; on CUDA x times the approximate reciprocal, 2 instructions and at most 2.4e-7 off (v is far above the denormals).</summary>
    public static float Of(float x, float v)
    {
        if (CudaAsm.IsSupported)
        {
            CudaAsm.Emit("rcp.approx.ftz.f32 %0, %1;", out float reciprocal, v);
            return x * reciprocal;
        }
        return x / v;
    }
}
