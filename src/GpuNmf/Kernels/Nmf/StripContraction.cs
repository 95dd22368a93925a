using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The two contractions of a block of four frames.</summary>
internal static unsafe class StripContraction
{
    /// <summary>
    /// sums[component][frame] += sum over bins of plane[frame] * templates[component], in SIMD lanes, bins upwards.
    /// Two components at a time: eight running sums hide the latency of the multiply-add.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OverBins<TVector, TLanes>(float* plane, int stride, float* templates, int pitch, int rank, int bins, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        float* p1 = plane + stride, p2 = p1 + stride, p3 = p2 + stride;
        int k = 0;
        for (; k + 1 < rank; k += 2, sums += 8)
        {
            float* wa = templates + (long)k * pitch;
            float* wb = wa + pitch;
            TVector a0 = sums[0], a1 = sums[1], a2 = sums[2], a3 = sums[3], b0 = sums[4], b1 = sums[5], b2 = sums[6], b3 = sums[7];
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
            sums[4] = b0;
            sums[5] = b1;
            sums[6] = b2;
            sums[7] = b3;
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

    /// <summary>target[component][bin] += plane[frame][bin] * activations[frame][component], frames upwards.</summary>
    /// <param name="plane">Four rows of terms.</param>
    /// <param name="stride">Floats between them.</param>
    /// <param name="activations">[4][K'].</param>
    /// <param name="rankPitch">K'.</param>
    /// <param name="rank">Components.</param>
    /// <param name="bins">Bins; a whole number of vectors.</param>
    /// <param name="target">Partial sums, a row a component.</param>
    /// <param name="pitch">Floats between its rows, and those of <paramref name="next"/>.</param>
    /// <param name="isFirst">True: the target holds nothing yet.</param>
    /// <param name="next">Four rows of X that come next, asked for on the way, so that memory and arithmetic overlap; null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OverFrames<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch, bool isFirst, float* next)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int k = 0, hinted = next == null ? StripPassKernel.FrameBlock : 0;
        for (; k + 1 < rank; k += 2, activations += 2, target += 2 * (long)pitch)
        {
            if (isFirst)
            {
                new Span<float>(target, bins).Clear();
                new Span<float>(target + pitch, bins).Clear();
            }
            if (hinted < StripPassKernel.FrameBlock) Pair<TVector, TLanes, Hinting>(plane, stride, activations, rankPitch, bins, target, pitch, next + hinted++ * (long)pitch);
            else Pair<TVector, TLanes, NotHinting>(plane, stride, activations, rankPitch, bins, target, pitch, null);
        }
        for (; hinted < StripPassKernel.FrameBlock; hinted++)
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
