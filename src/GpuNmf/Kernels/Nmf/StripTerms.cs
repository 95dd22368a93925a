using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The terms that a cell of X and of V = W H make.</summary>
internal static unsafe class StripTerms
{
    /// <summary>One vector of bins of one frame.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Cell<TVector, TLanes, TDivergence, TPass>(float beta, float* x, TVector v, float* numerator, float* denominator, TVector* loss)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        var cell = TLanes.Load(x);
        if (TPass.SumsLoss) *loss = TLanes.Add(*loss, TDivergence.Loss<TVector, TLanes>(cell, v, beta));
        if (TDivergence.UsesGram) return;
        TDivergence.Terms<TVector, TLanes>(cell, v, beta, out var n, out var d);
        TLanes.Store(n, numerator);
        if (TDivergence.HasDenominator) TLanes.Store(d, denominator);
    }
}
