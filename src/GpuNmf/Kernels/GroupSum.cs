using ILGPU;

namespace GpuNmf.Kernels;

/// <summary>The sum of one value of every thread of a group of 128, in a fixed tree through shared memory.</summary>
internal static class GroupSum
{
    internal const int Threads = 128;

    /// <summary>Every thread of the group must call it; thread 0 writes target[index].</summary>
    /// <param name="shared">128 floats.</param>
    /// <param name="value">This thread's value.</param>
    /// <param name="target">Receives the sum.</param>
    /// <param name="index">Where.</param>
    internal static void Store(ArrayView<float> shared, float value, ArrayView<float> target, long index)
    {
        int thread = Group.IdxX;
        shared[thread] = value;
        Group.Barrier();
        for (int half = Threads / 2; half > 0; half /= 2)
        {
            if (thread < half) shared[thread] += shared[thread + half];
            Group.Barrier();
        }
        if (thread == 0) target[index] = shared[0];
    }
}
