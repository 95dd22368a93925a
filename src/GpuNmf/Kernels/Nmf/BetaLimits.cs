using System.Runtime.CompilerServices;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Where the textbook form of the beta-divergence cancels, and exp(y) - 1 without cancellation.</summary>
internal static class BetaLimits
{
    private const float Near = 0.25f;

    // |y| below 1/2: eight terms of the series leave less than 2e-7 of it.
    private const float SeriesLimitSquared = 0.25f;

    internal static bool NearOne(float beta) => beta > 1f - Near && beta < 1f + Near;

    internal static bool NearZero(float beta) => beta > -Near && beta < Near;

    internal static float Expm1(float y)
    {
        if (y * y >= SeriesLimitSquared) return XMath.Exp(y) - 1f;
        return y * (1f + y / 2f * (1f + y / 3f * (1f + y / 4f * (1f + y / 5f * (1f + y / 6f * (1f + y / 7f * (1f + y / 8f)))))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector Expm1<TVector, TLanes>(TVector y)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector one = TLanes.Broadcast(1f), series = one;
        for (int n = 8; n > 1; n--) series = TLanes.Fma(TLanes.Multiply(y, TLanes.Broadcast(1f / n)), series, one);
        series = TLanes.Multiply(y, series);
        var direct = TLanes.Subtract(LanesMath.Exp<TVector, TLanes>(y), one);
        var small = TLanes.Subtract(TLanes.Broadcast(SeriesLimitSquared), TLanes.Multiply(y, y));
        return TLanes.Add(TLanes.WherePositive(small, series), TLanes.Subtract(direct, TLanes.WherePositive(small, direct)));
    }
}
