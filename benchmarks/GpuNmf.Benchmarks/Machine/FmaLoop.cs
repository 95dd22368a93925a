using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GpuNmf.Benchmarks.Machine;

/// <summary>Multiply-adds in registers at the widest vectors of the processor; ten independent chains hide the latency of one.</summary>
internal static class FmaLoop
{
    internal const int Chains = 10;

    private static float s_sink;

    /// <summary>Floats of a vector.</summary>
    internal static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector<float>.Count;

    internal static void Run(int count) => s_sink = Vector512.IsHardwareAccelerated ? Wide(count) : Portable(count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide(int count)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(1e-3f);
        var (a, b, c, d, e) = (y, y, y, y, y);
        var (f, g, h, i, j) = (x, x, x, x, x);
        for (int n = 0; n < count; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Portable(int count)
    {
        Vector<float> x = new(0.999f), y = new(1e-3f);
        var (a, b, c, d, e) = (y, y, y, y, y);
        var (f, g, h, i, j) = (x, x, x, x, x);
        for (int n = 0; n < count; n++)
        {
            a = Vector.FusedMultiplyAdd(a, x, y);
            b = Vector.FusedMultiplyAdd(b, x, y);
            c = Vector.FusedMultiplyAdd(c, x, y);
            d = Vector.FusedMultiplyAdd(d, x, y);
            e = Vector.FusedMultiplyAdd(e, x, y);
            f = Vector.FusedMultiplyAdd(f, x, y);
            g = Vector.FusedMultiplyAdd(g, x, y);
            h = Vector.FusedMultiplyAdd(h, x, y);
            i = Vector.FusedMultiplyAdd(i, x, y);
            j = Vector.FusedMultiplyAdd(j, x, y);
        }
        return Vector.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
