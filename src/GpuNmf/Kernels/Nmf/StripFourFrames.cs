using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Four frames: what sixteen registers hold. Eight running sums at a time hide the latency of the multiply-add.</summary>
internal readonly unsafe struct StripFourFrames : IStripBlock
{
    /// <summary>17 KB a plane, inside the first cache.</summary>
    private const int BinBlock = 1056;

    public static int Frames => 4;

    public static int Bins => BinBlock;

    public static void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass =>
        Form<TVector, TLanes, TDivergence, TPass>(args, x, templates, activations, bins, tile, losses, BinBlock);

    /// <summary>The same with <paramref name="row"/> floats between the rows of the tile's planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Form<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, float* templates, float* activations, int bins, in StripTile<TVector> tile, TVector* losses, int row)
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
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, row, 0, m, a0, b0, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, row, 1, m, a1, b1, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, row, 2, m, a2, b2, tile, losses);
            StripTerms.OfPair<TVector, TLanes, TDivergence, TPass>(args, x + m, row, 3, m, a3, b3, tile, losses);
        }
        StripTerms.OfBlock<TVector, TLanes, TDivergence, TPass>(args, x, row, Frames, bins, tile, losses);
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
}
