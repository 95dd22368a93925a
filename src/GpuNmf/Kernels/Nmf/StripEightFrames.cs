using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Eight frames, for processors with thirty-two registers: sixteen running sums at a time, so that each load feeds more multiply-adds.</summary>
internal readonly unsafe struct StripEightFrames : IStripBlock
{
    /// <summary>11 KB a plane, inside the first cache beside the templates of rank 8.</summary>
    private const int BinBlock = 352;

    public static int Frames => 8;

    public static int Bins => BinBlock;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        int pitch = args.Pitch, rank = args.Rank;
        int two = 2 * args.RankPitch, one = args.RankPitch, three = 3 * args.RankPitch;
        var epsilon = TLanes.Broadcast(args.Epsilon);
        for (int m = 0; m < bins; m += 2 * TLanes.Count)
        {
            TVector a0 = epsilon, a1 = epsilon, a2 = epsilon, a3 = epsilon, a4 = epsilon, a5 = epsilon, a6 = epsilon, a7 = epsilon;
            TVector b0 = epsilon, b1 = epsilon, b2 = epsilon, b3 = epsilon, b4 = epsilon, b5 = epsilon, b6 = epsilon, b7 = epsilon;
            float* w = templates + m;
            float* low = activations, high = low + 4 * one;
            for (int k = 0; k < rank; k++, w += pitch, low++, high++)
            {
                TVector wa = TLanes.Load(w), wb = TLanes.Load(w + TLanes.Count);
                var h = TLanes.Broadcast(low[0]);
                a0 = TLanes.Fma(wa, h, a0);
                b0 = TLanes.Fma(wb, h, b0);
                h = TLanes.Broadcast(low[one]);
                a1 = TLanes.Fma(wa, h, a1);
                b1 = TLanes.Fma(wb, h, b1);
                h = TLanes.Broadcast(low[two]);
                a2 = TLanes.Fma(wa, h, a2);
                b2 = TLanes.Fma(wb, h, b2);
                h = TLanes.Broadcast(low[three]);
                a3 = TLanes.Fma(wa, h, a3);
                b3 = TLanes.Fma(wb, h, b3);
                h = TLanes.Broadcast(high[0]);
                a4 = TLanes.Fma(wa, h, a4);
                b4 = TLanes.Fma(wb, h, b4);
                h = TLanes.Broadcast(high[one]);
                a5 = TLanes.Fma(wa, h, a5);
                b5 = TLanes.Fma(wb, h, b5);
                h = TLanes.Broadcast(high[two]);
                a6 = TLanes.Fma(wa, h, a6);
                b6 = TLanes.Fma(wb, h, b6);
                h = TLanes.Broadcast(high[three]);
                a7 = TLanes.Fma(wa, h, a7);
                b7 = TLanes.Fma(wb, h, b7);
            }
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 0, m, a0, b0, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 1, m, a1, b1, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 2, m, a2, b2, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 3, m, a3, b3, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 4, m, a4, b4, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 5, m, a5, b5, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 6, m, a6, b6, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 7, m, a7, b7, tile, losses);
        }
        StripTerms.OfBlock<TVector, TLanes, TDivergence, TPass>(args, x, BinBlock, Frames, bins, tile, losses);
    }

    public static void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        OverBins<TVector, TLanes>(plane, stride, templates, pitch, rank, bins, sums, Frames);

    /// <summary>The same with <paramref name="sumStride"/> vectors between the sums of two components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums, int sumStride)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long two = 2L * stride, three = 3L * stride, four = 4L * stride;
        int k = 0;
        for (; k + 1 < rank; k += 2, sums += 2 * sumStride)
        {
            float* wa = templates + (long)k * pitch;
            float* wb = wa + pitch;
            float* low = plane, high = plane + four;
            TVector a0 = sums[0], a1 = sums[1], a2 = sums[2], a3 = sums[3], a4 = sums[4], a5 = sums[5], a6 = sums[6], a7 = sums[7];
            var other = sums + sumStride;
            TVector b0 = other[0], b1 = other[1], b2 = other[2], b3 = other[3], b4 = other[4], b5 = other[5], b6 = other[6], b7 = other[7];
            for (int m = 0; m < bins; m += TLanes.Count, low += TLanes.Count, high += TLanes.Count)
            {
                TVector a = TLanes.Load(wa + m), b = TLanes.Load(wb + m);
                var q = TLanes.Load(low);
                a0 = TLanes.Fma(q, a, a0);
                b0 = TLanes.Fma(q, b, b0);
                q = TLanes.Load(low + stride);
                a1 = TLanes.Fma(q, a, a1);
                b1 = TLanes.Fma(q, b, b1);
                q = TLanes.Load(low + two);
                a2 = TLanes.Fma(q, a, a2);
                b2 = TLanes.Fma(q, b, b2);
                q = TLanes.Load(low + three);
                a3 = TLanes.Fma(q, a, a3);
                b3 = TLanes.Fma(q, b, b3);
                q = TLanes.Load(high);
                a4 = TLanes.Fma(q, a, a4);
                b4 = TLanes.Fma(q, b, b4);
                q = TLanes.Load(high + stride);
                a5 = TLanes.Fma(q, a, a5);
                b5 = TLanes.Fma(q, b, b5);
                q = TLanes.Load(high + two);
                a6 = TLanes.Fma(q, a, a6);
                b6 = TLanes.Fma(q, b, b6);
                q = TLanes.Load(high + three);
                a7 = TLanes.Fma(q, a, a7);
                b7 = TLanes.Fma(q, b, b7);
            }
            sums[0] = a0;
            sums[1] = a1;
            sums[2] = a2;
            sums[3] = a3;
            sums[4] = a4;
            sums[5] = a5;
            sums[6] = a6;
            sums[7] = a7;
            other[0] = b0;
            other[1] = b1;
            other[2] = b2;
            other[3] = b3;
            other[4] = b4;
            other[5] = b5;
            other[6] = b6;
            other[7] = b7;
        }
        if (k == rank) return;
        StripFourFrames.OverBins<TVector, TLanes>(plane, stride, templates + (long)k * pitch, pitch, 1, bins, sums, sumStride);
        StripFourFrames.OverBins<TVector, TLanes>(plane + four, stride, templates + (long)k * pitch, pitch, 1, bins, sums + 4, sumStride);
    }
}
