using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The contraction over frames: two vectors of bins times one to eight components stay in registers for all frames of a block.</summary>
internal static unsafe class StripOverFrames
{
    /// <summary>target[component][bin] += plane[frame][bin] * activations[frame][component], frames upwards.</summary>
    /// <param name="plane">Rows of terms, one a frame.</param>
    /// <param name="stride">Floats between them.</param>
    /// <param name="activations">[frames][K'].</param>
    /// <param name="rankPitch">K'.</param>
    /// <param name="rank">Components.</param>
    /// <param name="bins">Bins, a multiple of 32.</param>
    /// <param name="target">Partial sums, a row a component.</param>
    /// <param name="pitch">Floats between its rows, and those of <paramref name="next"/>.</param>
    /// <param name="isFirst">True: the target holds nothing yet.</param>
    /// <param name="next">As many rows of X that come next, asked for on the way, so that memory and arithmetic overlap; null for none.</param>
    /// <param name="frames">Frames.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, int rank, int bins, float* target, int pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int step = 2 * TLanes.Count, k = 0;
        if (TLanes.HasManyRegisters)
            for (; k + 7 < rank; k += 8, activations += 8, target += 8L * pitch, next = null)
                for (int m = 0; m < bins; m += step)
                    Eight<TVector, TLanes>(plane + m, stride, activations, rankPitch, target + m, pitch, isFirst, next == null ? null : next + m, frames);
        for (; k + 3 < rank; k += 4, activations += 4, target += 4L * pitch, next = null)
            for (int m = 0; m < bins; m += step)
                Four<TVector, TLanes>(plane + m, stride, activations, rankPitch, target + m, pitch, isFirst, next == null ? null : next + m, frames);
        for (; k + 1 < rank; k += 2, activations += 2, target += 2L * pitch, next = null)
            for (int m = 0; m < bins; m += step)
                Two<TVector, TLanes>(plane + m, stride, activations, rankPitch, target + m, pitch, isFirst, next == null ? null : next + m, frames);
        if (k == rank) return;
        for (int m = 0; m < bins; m += step)
            One<TVector, TLanes>(plane + m, stride, activations, rankPitch, target + m, pitch, isFirst, next == null ? null : next + m, frames);
    }

    /// <summary>Eight components, for processors with thirty-two registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, float* target, long pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long two = 2 * pitch, three = 3 * pitch;
        float* high = target + 4 * pitch;
        TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default, b6 = default, b7 = default;
        if (!isFirst)
        {
            a0 = TLanes.Load(target);
            b0 = TLanes.Load(target + TLanes.Count);
            a1 = TLanes.Load(target + pitch);
            b1 = TLanes.Load(target + pitch + TLanes.Count);
            a2 = TLanes.Load(target + two);
            b2 = TLanes.Load(target + two + TLanes.Count);
            a3 = TLanes.Load(target + three);
            b3 = TLanes.Load(target + three + TLanes.Count);
            a4 = TLanes.Load(high);
            b4 = TLanes.Load(high + TLanes.Count);
            a5 = TLanes.Load(high + pitch);
            b5 = TLanes.Load(high + pitch + TLanes.Count);
            a6 = TLanes.Load(high + two);
            b6 = TLanes.Load(high + two + TLanes.Count);
            a7 = TLanes.Load(high + three);
            b7 = TLanes.Load(high + three + TLanes.Count);
        }
        for (int f = 0; f < frames; f++, plane += stride, activations += rankPitch)
        {
            if (next != null) next = Hinted<TVector, TLanes>(next, pitch);
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
        TLanes.Store(a0, target);
        TLanes.Store(b0, target + TLanes.Count);
        TLanes.Store(a1, target + pitch);
        TLanes.Store(b1, target + pitch + TLanes.Count);
        TLanes.Store(a2, target + two);
        TLanes.Store(b2, target + two + TLanes.Count);
        TLanes.Store(a3, target + three);
        TLanes.Store(b3, target + three + TLanes.Count);
        TLanes.Store(a4, high);
        TLanes.Store(b4, high + TLanes.Count);
        TLanes.Store(a5, high + pitch);
        TLanes.Store(b5, high + pitch + TLanes.Count);
        TLanes.Store(a6, high + two);
        TLanes.Store(b6, high + two + TLanes.Count);
        TLanes.Store(a7, high + three);
        TLanes.Store(b7, high + three + TLanes.Count);
    }

    /// <summary>Four components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, float* target, long pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long two = 2 * pitch, three = 3 * pitch;
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        if (!isFirst)
        {
            a0 = TLanes.Load(target);
            b0 = TLanes.Load(target + TLanes.Count);
            a1 = TLanes.Load(target + pitch);
            b1 = TLanes.Load(target + pitch + TLanes.Count);
            a2 = TLanes.Load(target + two);
            b2 = TLanes.Load(target + two + TLanes.Count);
            a3 = TLanes.Load(target + three);
            b3 = TLanes.Load(target + three + TLanes.Count);
        }
        for (int f = 0; f < frames; f++, plane += stride, activations += rankPitch)
        {
            if (next != null) next = Hinted<TVector, TLanes>(next, pitch);
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
        }
        TLanes.Store(a0, target);
        TLanes.Store(b0, target + TLanes.Count);
        TLanes.Store(a1, target + pitch);
        TLanes.Store(b1, target + pitch + TLanes.Count);
        TLanes.Store(a2, target + two);
        TLanes.Store(b2, target + two + TLanes.Count);
        TLanes.Store(a3, target + three);
        TLanes.Store(b3, target + three + TLanes.Count);
    }

    /// <summary>Two components.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, float* target, long pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector a0 = default, a1 = default;
        TVector b0 = default, b1 = default;
        if (!isFirst)
        {
            a0 = TLanes.Load(target);
            b0 = TLanes.Load(target + TLanes.Count);
            a1 = TLanes.Load(target + pitch);
            b1 = TLanes.Load(target + pitch + TLanes.Count);
        }
        for (int f = 0; f < frames; f++, plane += stride, activations += rankPitch)
        {
            if (next != null) next = Hinted<TVector, TLanes>(next, pitch);
            TVector p = TLanes.Load(plane), q = TLanes.Load(plane + TLanes.Count);
            var h = TLanes.Broadcast(activations[0]);
            a0 = TLanes.Fma(p, h, a0);
            b0 = TLanes.Fma(q, h, b0);
            h = TLanes.Broadcast(activations[1]);
            a1 = TLanes.Fma(p, h, a1);
            b1 = TLanes.Fma(q, h, b1);
        }
        TLanes.Store(a0, target);
        TLanes.Store(b0, target + TLanes.Count);
        TLanes.Store(a1, target + pitch);
        TLanes.Store(b1, target + pitch + TLanes.Count);
    }

    /// <summary>One component.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TVector, TLanes>(
        float* plane, int stride, float* activations, int rankPitch, float* target, long pitch, bool isFirst, float* next, int frames)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector a0 = default;
        TVector b0 = default;
        if (!isFirst)
        {
            a0 = TLanes.Load(target);
            b0 = TLanes.Load(target + TLanes.Count);
        }
        for (int f = 0; f < frames; f++, plane += stride, activations += rankPitch)
        {
            if (next != null) next = Hinted<TVector, TLanes>(next, pitch);
            TVector p = TLanes.Load(plane), q = TLanes.Load(plane + TLanes.Count);
            var h = TLanes.Broadcast(activations[0]);
            a0 = TLanes.Fma(p, h, a0);
            b0 = TLanes.Fma(q, h, b0);
        }
        TLanes.Store(a0, target);
        TLanes.Store(b0, target + TLanes.Count);
    }

    /// <summary>Asks for two vectors of a row of X.</summary>
    /// <returns>The same bins of the next row.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Hinted<TVector, TLanes>(float* next, long pitch)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        StripPointers.Prefetch(next);
        if (2 * TLanes.Count > StripPointers.CacheLine) StripPointers.Prefetch(next + StripPointers.CacheLine);
        return next + pitch;
    }
}
