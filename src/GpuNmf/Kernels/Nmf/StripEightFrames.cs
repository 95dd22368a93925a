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

    public static void OverFrames<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch, bool isFirst, float* next)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        OverFrames<TVector, TLanes>(plane, stride, activations, rankPitch, rank, bins, target, pitch, isFirst, next, Frames);

    /// <summary>The same for <paramref name="frames"/> frames, a multiple of 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OverFrames<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int k = 0;
        for (; k + 7 < rank; k += 8, activations += 8, target += 8L * pitch, next = null)
            for (int m = 0; m < bins; m += 2 * TLanes.Count)
                EightComponents<TVector, TLanes>(plane + m, stride, activations, rankPitch, target + m, pitch, isFirst, next == null ? null : next + m, frames);
        if (k == rank) return;
        for (int f = 0; f < frames; f += StripFourFrames.Frames)
        {
            StripFourFrames.OverFrames<TVector, TLanes>(
                plane + (long)f * stride, stride, activations + f * rankPitch, rankPitch, rank - k, bins, target, pitch, isFirst && f == 0, next == null ? null : next + (long)f * pitch);
        }
    }

    /// <summary>Two vectors of bins of eight components, whose sums stay in registers for all frames.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightComponents<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, float* target, int pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long one = pitch, two = 2L * pitch, three = 3L * pitch;
        float* low = target, high = target + 4L * pitch;
        TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        if (!isFirst)
        {
            a0 = TLanes.Load(low);
            b0 = TLanes.Load(low + TLanes.Count);
            a1 = TLanes.Load(low + one);
            b1 = TLanes.Load(low + one + TLanes.Count);
            a2 = TLanes.Load(low + two);
            b2 = TLanes.Load(low + two + TLanes.Count);
            a3 = TLanes.Load(low + three);
            b3 = TLanes.Load(low + three + TLanes.Count);
            a4 = TLanes.Load(high);
            b4 = TLanes.Load(high + TLanes.Count);
            a5 = TLanes.Load(high + one);
            b5 = TLanes.Load(high + one + TLanes.Count);
            a6 = TLanes.Load(high + two);
            b6 = TLanes.Load(high + two + TLanes.Count);
            a7 = TLanes.Load(high + three);
            b7 = TLanes.Load(high + three + TLanes.Count);
        }
        for (int f = 0; f < frames; f++, plane += stride, activations += rankPitch)
        {
            if (next != null)
            {
                StripPointers.Prefetch(next);
                StripPointers.Prefetch(next + StripPointers.CacheLine);
                next += pitch;
            }
            TVector p = TLanes.Load(plane), q = TLanes.Load(plane + TLanes.Count);
            var h = TLanes.Broadcast(activations[0]);
            a0 = TLanes.Fma(p, h, a0);
            b0 = TLanes.Fma(q, h, b0);
            h = TLanes.Broadcast(activations[1]);
            a1 = TLanes.Fma(p, h, a1);
            b1 = TLanes.Fma(q, h, b1);
            h = TLanes.Broadcast(activations[2]);
            a2 = TLanes.Fma(p, h, a2);
            b2 = TLanes.Fma(q, h, b2);
            h = TLanes.Broadcast(activations[3]);
            a3 = TLanes.Fma(p, h, a3);
            b3 = TLanes.Fma(q, h, b3);
            h = TLanes.Broadcast(activations[4]);
            a4 = TLanes.Fma(p, h, a4);
            b4 = TLanes.Fma(q, h, b4);
            h = TLanes.Broadcast(activations[5]);
            a5 = TLanes.Fma(p, h, a5);
            b5 = TLanes.Fma(q, h, b5);
            h = TLanes.Broadcast(activations[6]);
            a6 = TLanes.Fma(p, h, a6);
            b6 = TLanes.Fma(q, h, b6);
            h = TLanes.Broadcast(activations[7]);
            a7 = TLanes.Fma(p, h, a7);
            b7 = TLanes.Fma(q, h, b7);
        }
        TLanes.Store(a0, low);
        TLanes.Store(b0, low + TLanes.Count);
        TLanes.Store(a1, low + one);
        TLanes.Store(b1, low + one + TLanes.Count);
        TLanes.Store(a2, low + two);
        TLanes.Store(b2, low + two + TLanes.Count);
        TLanes.Store(a3, low + three);
        TLanes.Store(b3, low + three + TLanes.Count);
        TLanes.Store(a4, high);
        TLanes.Store(b4, high + TLanes.Count);
        TLanes.Store(a5, high + one);
        TLanes.Store(b5, high + one + TLanes.Count);
        TLanes.Store(a6, high + two);
        TLanes.Store(b6, high + two + TLanes.Count);
        TLanes.Store(a7, high + three);
        TLanes.Store(b7, high + three + TLanes.Count);
    }
}
