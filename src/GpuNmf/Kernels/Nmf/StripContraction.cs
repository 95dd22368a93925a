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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OverFrames<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        float* p1 = plane + stride, p2 = p1 + stride, p3 = p2 + stride;
        float* h1 = activations + rankPitch, h2 = h1 + rankPitch, h3 = h2 + rankPitch;
        int k = 0;
        for (; k + 1 < rank; k += 2)
        {
            float* ta = target + (long)k * pitch;
            float* tb = ta + pitch;
            TVector a0 = TLanes.Broadcast(activations[k]), a1 = TLanes.Broadcast(h1[k]), a2 = TLanes.Broadcast(h2[k]), a3 = TLanes.Broadcast(h3[k]);
            TVector b0 = TLanes.Broadcast(activations[k + 1]), b1 = TLanes.Broadcast(h1[k + 1]), b2 = TLanes.Broadcast(h2[k + 1]), b3 = TLanes.Broadcast(h3[k + 1]);
            for (int m = 0; m < bins; m += TLanes.Count)
            {
                TVector a = TLanes.Load(ta + m), b = TLanes.Load(tb + m);
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
                TLanes.Store(TLanes.Fma(q, a3, a), ta + m);
                TLanes.Store(TLanes.Fma(q, b3, b), tb + m);
            }
        }
        if (k == rank) return;
        float* t = target + (long)k * pitch;
        TVector c0 = TLanes.Broadcast(activations[k]), c1 = TLanes.Broadcast(h1[k]), c2 = TLanes.Broadcast(h2[k]), c3 = TLanes.Broadcast(h3[k]);
        for (int m = 0; m < bins; m += TLanes.Count)
        {
            var sum = TLanes.Fma(TLanes.Load(plane + m), c0, TLanes.Load(t + m));
            sum = TLanes.Fma(TLanes.Load(p1 + m), c1, sum);
            sum = TLanes.Fma(TLanes.Load(p2 + m), c2, sum);
            TLanes.Store(TLanes.Fma(TLanes.Load(p3 + m), c3, sum), t + m);
        }
    }
}
