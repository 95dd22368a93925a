using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace GpuNmf.Benchmarks.Machine;

/// <summary>Reads an array once; several running sums hide the latency of the addition.</summary>
internal static class ReadLoop
{
    internal static float Sum(float[] values) => Vector512.IsHardwareAccelerated ? Wide(values) : Portable(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide(float[] values)
    {
        ref float at = ref MemoryMarshal.GetArrayDataReference(values);
        var a = Vector512<float>.Zero;
        var (b, c, d, e, f, g, h) = (a, a, a, a, a, a, a);
        for (nuint i = 0; i + 128 <= (nuint)values.Length; i += 128)
        {
            a += Vector512.LoadUnsafe(ref at, i);
            b += Vector512.LoadUnsafe(ref at, i + 16);
            c += Vector512.LoadUnsafe(ref at, i + 32);
            d += Vector512.LoadUnsafe(ref at, i + 48);
            e += Vector512.LoadUnsafe(ref at, i + 64);
            f += Vector512.LoadUnsafe(ref at, i + 80);
            g += Vector512.LoadUnsafe(ref at, i + 96);
            h += Vector512.LoadUnsafe(ref at, i + 112);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Portable(float[] values)
    {
        ref float at = ref MemoryMarshal.GetArrayDataReference(values);
        Vector<float> a = default, b = default, c = default, d = default;
        nuint width = (nuint)Vector<float>.Count, step = 4 * width;
        for (nuint i = 0; i + step <= (nuint)values.Length; i += step)
        {
            a += Vector.LoadUnsafe(ref at, i);
            b += Vector.LoadUnsafe(ref at, i + width);
            c += Vector.LoadUnsafe(ref at, i + 2 * width);
            d += Vector.LoadUnsafe(ref at, i + 3 * width);
        }
        return Vector.Sum(a + b + c + d);
    }
}
