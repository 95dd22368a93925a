using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>W H of four frames and the terms made of it.</summary>
internal static unsafe class StripTerms
{
    /// <summary>
    /// For <paramref name="bins"/> bins of four frames: v = epsilon + sum_k W_k h_k, k upwards, then the terms into the tile's planes and,
    /// where the pass sums it, the loss into <paramref name="losses"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        const int row = StripPassKernel.BinBlock;
        int pitch = args.Pitch, rank = args.Rank;
        float* h0 = activations, h1 = h0 + args.RankPitch, h2 = h1 + args.RankPitch, h3 = h2 + args.RankPitch;
        float* numerators = tile.NumeratorPlane, denominators = tile.DenominatorPlane;
        var epsilon = TLanes.Broadcast(args.Epsilon);
        for (int m = 0; m < bins; m += 2 * TLanes.Count)
        {
            TVector a0 = epsilon, a1 = epsilon, a2 = epsilon, a3 = epsilon, b0 = epsilon, b1 = epsilon, b2 = epsilon, b3 = epsilon;
            float* w = templates + m;
            for (int k = 0; k < rank; k++, w += pitch)
            {
                TVector wa = TLanes.Load(w), wb = TLanes.Load(w + TLanes.Count);
                var h = TLanes.Broadcast(h0[k]);
                a0 = TLanes.Fma(wa, h, a0);
                b0 = TLanes.Fma(wb, h, b0);
                h = TLanes.Broadcast(h1[k]);
                a1 = TLanes.Fma(wa, h, a1);
                b1 = TLanes.Fma(wb, h, b1);
                h = TLanes.Broadcast(h2[k]);
                a2 = TLanes.Fma(wa, h, a2);
                b2 = TLanes.Fma(wb, h, b2);
                h = TLanes.Broadcast(h3[k]);
                a3 = TLanes.Fma(wa, h, a3);
                b3 = TLanes.Fma(wb, h, b3);
            }
            float* xm = x + m;
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm, a0, numerators + m, denominators + m, losses);
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm + TLanes.Count, b0, numerators + m + TLanes.Count, denominators + m + TLanes.Count, losses);
            xm += pitch;
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm, a1, numerators + row + m, denominators + row + m, losses + 1);
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm + TLanes.Count, b1, numerators + row + m + TLanes.Count, denominators + row + m + TLanes.Count, losses + 1);
            xm += pitch;
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm, a2, numerators + 2 * row + m, denominators + 2 * row + m, losses + 2);
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm + TLanes.Count, b2, numerators + 2 * row + m + TLanes.Count, denominators + 2 * row + m + TLanes.Count, losses + 2);
            xm += pitch;
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm, a3, numerators + 3 * row + m, denominators + 3 * row + m, losses + 3);
            Cell<TVector, TLanes, TDivergence, TPass>(args.Beta, xm + TLanes.Count, b3, numerators + 3 * row + m + TLanes.Count, denominators + 3 * row + m + TLanes.Count, losses + 3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Cell<TVector, TLanes, TDivergence, TPass>(float beta, float* x, TVector v, float* numerator, float* denominator, TVector* loss)
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
