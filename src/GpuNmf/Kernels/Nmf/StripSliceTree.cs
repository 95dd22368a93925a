using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// Adds the slices' partial sums in a fixed tree: neighbours in pairs, pairs in pairs, and so on, missing leaves zero. Eight leaves are
/// one step, so most data is read once. The order depends on the number of slices alone.
/// </summary>
internal static unsafe class StripSliceTree
{
    /// <summary>Row 0 becomes the sum of <paramref name="count"/> rows of <paramref name="length"/> floats, <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Reduce<TVector, TLanes>(float* rows, long stride, int count, int length)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        for (int n = count; n > 1; n = (n + 7) / 8)
        {
            for (int i = 0; 8 * i < n; i++)
            {
                float* target = rows + i * stride;
                float* source = rows + 8 * i * stride;
                int leaves = Math.Min(8, n - 8 * i);
                for (int m = 0; m < length; m += TLanes.Count)
                    TLanes.Store(Eight<TVector, TLanes>(source + m, stride, leaves), target + m);
            }
        }
    }

    /// <summary>The same tree for single floats <paramref name="stride"/> apart.</summary>
    internal static float ReduceOne(float* values, long stride, int count)
    {
        for (int n = count; n > 1; n = (n + 7) / 8)
        {
            for (int i = 0; 8 * i < n; i++)
            {
                float* v = values + 8 * i * stride;
                int leaves = n - 8 * i;
                float At(int leaf) => leaf < leaves ? v[leaf * stride] : 0f;
                values[i * stride] = At(0) + At(1) + (At(2) + At(3)) + (At(4) + At(5) + (At(6) + At(7)));
            }
        }
        return values[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Eight<TVector, TLanes>(float* v, long stride, int leaves)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector zero = default;
        var a = TLanes.Add(TLanes.Load(v), leaves > 1 ? TLanes.Load(v + stride) : zero);
        var b = TLanes.Add(leaves > 2 ? TLanes.Load(v + 2 * stride) : zero, leaves > 3 ? TLanes.Load(v + 3 * stride) : zero);
        var c = TLanes.Add(leaves > 4 ? TLanes.Load(v + 4 * stride) : zero, leaves > 5 ? TLanes.Load(v + 5 * stride) : zero);
        var d = TLanes.Add(leaves > 6 ? TLanes.Load(v + 6 * stride) : zero, leaves > 7 ? TLanes.Load(v + 7 * stride) : zero);
        return TLanes.Add(TLanes.Add(a, b), TLanes.Add(c, d));
    }
}
