using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuNmf.Kernels;

/// <summary>Four rows of four floats in registers: the way between rows of memory and lanes of vectors.</summary>
internal static unsafe class FourByFour
{
    /// <summary>Rows of a block.</summary>
    internal const int Count = 4;

    /// <summary>target[j][i] = source[i][j]; pitches in floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose(float* source, long sourcePitch, float* target, long targetPitch)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourcePitch), c = Vector128.Load(source + 2 * sourcePitch), d = Vector128.Load(source + 3 * sourcePitch);
        Transpose(ref a, ref b, ref c, ref d);
        Store(target, targetPitch, a, b, c, d);
    }

    /// <summary>Rows become columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Transpose(ref Vector128<float> a, ref Vector128<float> b, ref Vector128<float> c, ref Vector128<float> d)
    {
        Vector128<float> acLow = InterleaveLow(a, c), acHigh = InterleaveHigh(a, c), bdLow = InterleaveLow(b, d), bdHigh = InterleaveHigh(b, d);
        a = InterleaveLow(acLow, bdLow);
        b = InterleaveHigh(acLow, bdLow);
        c = InterleaveLow(acHigh, bdHigh);
        d = InterleaveHigh(acHigh, bdHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(float* target, long pitch, Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        a.Store(target);
        b.Store(target + pitch);
        c.Store(target + 2 * pitch);
        d.Store(target + 3 * pitch);
    }

    /// <summary>a0 b0 a1 b1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> InterleaveLow(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : Vector128.Create(a.GetElement(0), b.GetElement(0), a.GetElement(1), b.GetElement(1));

    /// <summary>a2 b2 a3 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> InterleaveHigh(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : Vector128.Create(a.GetElement(2), b.GetElement(2), a.GetElement(3), b.GetElement(3));

    /// <summary>a0 a2 b0 b2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Even(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b10_00_10_00) : Vector128.Create(a.GetElement(0), a.GetElement(2), b.GetElement(0), b.GetElement(2));

    /// <summary>a1 a3 b1 b3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Odd(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b11_01_11_01) : Vector128.Create(a.GetElement(1), a.GetElement(3), b.GetElement(1), b.GetElement(3));
}
