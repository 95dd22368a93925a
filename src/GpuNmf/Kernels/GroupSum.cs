using ILGPU;

namespace GpuNmf.Kernels;

/// <summary>The sum of one value of every thread of a group, in a fixed tree through shared memory.</summary>
internal static class GroupSum
{
    internal const int Threads = 128;

    /// <summary>Every thread of the group must call it; thread 0 writes target[index].</summary>
    /// <param name="shared">A float a thread.</param>
    /// <param name="value">This thread's value.</param>
    /// <param name="target">Receives the sum.</param>
    /// <param name="index">Where.</param>
    /// <param name="threads">Threads of the group.</param>
    internal static void Store(ArrayView<float> shared, float value, ArrayView<float> target, long index, int threads = Threads)
    {
        int thread = Group.IdxX;
        shared[thread] = value;
        Group.Barrier();
        for (int left = threads; left > 1; left = (left + 1) / 2)
        {
            int half = (left + 1) / 2;
            if (thread + half < left) shared[thread] += shared[thread + half];
            Group.Barrier();
        }
        if (thread == 0) target[index] = shared[0];
    }
}
