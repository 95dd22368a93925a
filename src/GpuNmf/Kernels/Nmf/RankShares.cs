using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>How the threads of a warp share the components of a row of a factor.</summary>
internal interface IRankShare
{
    /// <summary>Threads that share a row: 1, or 2.</summary>
    static abstract int Threads { get; }

    /// <summary>Number of the pair of rows that a thread works on.</summary>
    static abstract int RowOf(int thread);

    /// <summary>Which part of the components is the thread's.</summary>
    static abstract int PartOf(int thread);

    /// <summary>The sum of the parts' values.</summary>
    static abstract float Join(float value);
}

/// <summary>A thread holds all components.</summary>
internal readonly struct WholeRank : IRankShare
{
    public static int Threads => 1;

    public static int RowOf(int thread) => thread;

    public static int PartOf(int thread) => 0;

    public static float Join(float value) => value;
}

/// <summary>Lanes l and l + 16 of a warp of 32 hold half of the components each (CUDA).</summary>
internal readonly struct HalvedRank : IRankShare
{
    private const int Half = 16;

    public static int Threads => 2;

    public static int RowOf(int thread) => thread / (2 * Half) * Half + thread % Half;

    public static int PartOf(int thread) => thread / Half % 2;

    public static float Join(float value) => value + Warp.ShuffleXor(value, Half);
}
