using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Four frames: what sixteen registers hold. Eight running sums at a time hide the latency of the multiply-add.</summary>
internal readonly unsafe struct StripFourFrames : IStripBlock
{
    /// <summary>17 KB a plane, inside the first cache.</summary>
    private const int BinBlock = 1056;

    public static int Frames => 4;

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
        float* h0 = activations, h1 = h0 + args.RankPitch, h2 = h1 + args.RankPitch, h3 = h2 + args.RankPitch;
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
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 0, m, a0, b0, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 1, m, a1, b1, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 2, m, a2, b2, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, BinBlock, 3, m, a3, b3, tile, losses);
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
        float* p1 = plane + stride, p2 = p1 + stride, p3 = p2 + stride;
        int k = 0;
        for (; k + 1 < rank; k += 2, sums += 2 * sumStride)
        {
            float* wa = templates + (long)k * pitch;
            float* wb = wa + pitch;
            TVector a0 = sums[0], a1 = sums[1], a2 = sums[2], a3 = sums[3];
            var other = sums + sumStride;
            TVector b0 = other[0], b1 = other[1], b2 = other[2], b3 = other[3];
            for (int m = 0; m < bins; m += TLanes.Count)
            {
                TVector a = TLanes.Load(wa + m), b = TLanes.Load(wb + m);
                var q = TLanes.Load(plane + m);
                a0 = TLanes.Fma(q, a, a0);
                b0 = TLanes.Fma(q, b, b0);
                q = TLanes.Load(p1 + m);
                a1 = TLanes.Fma(q, a, a1);
                b1 = TLanes.Fma(q, b, b1);
                q = TLanes.Load(p2 + m);
                a2 = TLanes.Fma(q, a, a2);
                b2 = TLanes.Fma(q, b, b2);
                q = TLanes.Load(p3 + m);
                a3 = TLanes.Fma(q, a, a3);
                b3 = TLanes.Fma(q, b, b3);
            }
            sums[0] = a0;
            sums[1] = a1;
            sums[2] = a2;
            sums[3] = a3;
            other[0] = b0;
            other[1] = b1;
            other[2] = b2;
            other[3] = b3;
        }
        if (k == rank) return;
        TVector s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
        float* last = templates + (long)k * pitch;
        for (int m = 0; m < bins; m += TLanes.Count)
        {
            var w = TLanes.Load(last + m);
            s0 = TLanes.Fma(TLanes.Load(plane + m), w, s0);
            s1 = TLanes.Fma(TLanes.Load(p1 + m), w, s1);
            s2 = TLanes.Fma(TLanes.Load(p2 + m), w, s2);
            s3 = TLanes.Fma(TLanes.Load(p3 + m), w, s3);
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OverFrames<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch, bool isFirst, float* next)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int k = 0, hinted = next == null ? Frames : 0;
        for (; k + 1 < rank; k += 2, activations += 2, target += 2 * (long)pitch)
        {
            if (isFirst)
            {
                new Span<float>(target, bins).Clear();
                new Span<float>(target + pitch, bins).Clear();
            }
            if (hinted < Frames) Pair<TVector, TLanes, Hinting>(plane, stride, activations, rankPitch, bins, target, pitch, next + hinted++ * (long)pitch);
            else Pair<TVector, TLanes, NotHinting>(plane, stride, activations, rankPitch, bins, target, pitch, null);
        }
        for (; hinted < Frames; hinted++)
            for (int m = 0; m < bins; m += StripPointers.CacheLine) StripPointers.Prefetch(next + hinted * (long)pitch + m);
        if (k < rank) Last<TVector, TLanes>(plane, stride, activations, rankPitch, bins, target, isFirst);
    }

    /// <summary>Two components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair<TVector, TLanes, THint>(float* plane, int stride, float* activations, int rankPitch, int bins, float* target, int pitch, float* next)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where THint : struct, IHint
    {
        float* p1 = plane + stride, p2 = p1 + stride, p3 = p2 + stride, other = target + pitch;
        float* h1 = activations + rankPitch, h2 = h1 + rankPitch, h3 = h2 + rankPitch;
        TVector a0 = TLanes.Broadcast(activations[0]), a1 = TLanes.Broadcast(h1[0]), a2 = TLanes.Broadcast(h2[0]), a3 = TLanes.Broadcast(h3[0]);
        TVector b0 = TLanes.Broadcast(activations[1]), b1 = TLanes.Broadcast(h1[1]), b2 = TLanes.Broadcast(h2[1]), b3 = TLanes.Broadcast(h3[1]);
        for (int m = 0; m < bins; m += TLanes.Count)
        {
            if (THint.IsOn) StripPointers.Prefetch(next + m);
            TVector a = TLanes.Load(target + m), b = TLanes.Load(other + m);
            var q = TLanes.Load(plane + m);
            a = TLanes.Fma(q, a0, a);
            b = TLanes.Fma(q, b0, b);
            q = TLanes.Load(p1 + m);
            a = TLanes.Fma(q, a1, a);
            b = TLanes.Fma(q, b1, b);
            q = TLanes.Load(p2 + m);
            a = TLanes.Fma(q, a2, a);
            b = TLanes.Fma(q, b2, b);
            q = TLanes.Load(p3 + m);
            TLanes.Store(TLanes.Fma(q, a3, a), target + m);
            TLanes.Store(TLanes.Fma(q, b3, b), other + m);
        }
    }

    /// <summary>The last one of an odd number of components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Last<TVector, TLanes>(float* plane, int stride, float* activations, int rankPitch, int bins, float* target, bool isFirst)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        if (isFirst) new Span<float>(target, bins).Clear();
        float* p1 = plane + stride, p2 = p1 + stride, p3 = p2 + stride;
        float* h1 = activations + rankPitch, h2 = h1 + rankPitch, h3 = h2 + rankPitch;
        TVector c0 = TLanes.Broadcast(activations[0]), c1 = TLanes.Broadcast(h1[0]), c2 = TLanes.Broadcast(h2[0]), c3 = TLanes.Broadcast(h3[0]);
        for (int m = 0; m < bins; m += TLanes.Count)
        {
            var sum = TLanes.Fma(TLanes.Load(plane + m), c0, TLanes.Load(target + m));
            sum = TLanes.Fma(TLanes.Load(p1 + m), c1, sum);
            sum = TLanes.Fma(TLanes.Load(p2 + m), c2, sum);
            TLanes.Store(TLanes.Fma(TLanes.Load(p3 + m), c3, sum), target + m);
        }
    }

    /// <summary>Whether a loop asks for memory ahead.</summary>
    private interface IHint
    {
        static abstract bool IsOn { get; }
    }

    private readonly struct Hinting : IHint
    {
        public static bool IsOn => true;
    }

    private readonly struct NotHinting : IHint
    {
        public static bool IsOn => false;
    }
}
