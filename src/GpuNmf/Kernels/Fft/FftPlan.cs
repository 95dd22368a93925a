global using Fft32 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix2>;
global using Fft64 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix4>;
global using Fft128 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix8, GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix4>;
global using Fft256 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix4, GpuNmf.Kernels.Fft.Radix4>;
global using Fft512 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix8, GpuNmf.Kernels.Fft.Radix4>;
global using Fft1024 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix8, GpuNmf.Kernels.Fft.Radix8>;
global using Fft2048 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix8>;
global using Fft4096 = GpuNmf.Kernels.Fft.FftPlan<GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix16, GpuNmf.Kernels.Fft.Radix16>;
using ILGPU;
using ILGPU.Util;

namespace GpuNmf.Kernels.Fft;

/// <summary>Where the first pass finds its numbers.</summary>
internal interface IFftInput<TSelf> where TSelf : struct, IFftInput<TSelf>
{
    /// <summary>Numbers index, index + stride, ...</summary>
    static abstract TRadix Load<TRadix>(TSelf input, int index, int stride) where TRadix : struct, IRadix<TRadix>;
}

/// <summary>What becomes of the transform.</summary>
internal interface IFftOutput<TSelf> where TSelf : struct, IFftOutput<TSelf>
{
    /// <summary>Numbers index, index + stride, ... of the transform.</summary>
    static abstract void Store<TRadix>(TSelf output, int index, int stride, TRadix numbers) where TRadix : struct, IRadix<TRadix>;
}

/// <summary>A transform of one length by one group.</summary>
internal interface IFftPlan
{
    /// <summary>n, complex numbers.</summary>
    static abstract int Points { get; }

    /// <summary>Threads of a group: 16 numbers a thread, but 32 to 128 of them.</summary>
    static abstract int Threads { get; }

    /// <summary>Complex numbers of shared memory.</summary>
    static abstract int SharedLength { get; }

    /// <summary>log2 of the three radices.</summary>
    static abstract (int First, int Second, int Third) Logs { get; }

    /// <summary>Where number <paramref name="index"/> stands before the transform.</summary>
    static abstract int PlaceBefore(int index);

    /// <summary>
    /// The transform; every thread of the group must call it, and other threads may still read the output's shared memory or write the
    /// input's: barriers before and after are the caller's.
    /// </summary>
    /// <param name="shared">Working memory of <see cref="SharedLength"/> numbers.</param>
    /// <param name="roots">Roots of the passes, <see cref="FftTables"/>.</param>
    /// <param name="input">Numbers.</param>
    /// <param name="output">Receives the transform.</param>
    static abstract void Run<TInput, TOutput>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TInput input, TOutput output)
        where TInput : struct, IFftInput<TInput>
        where TOutput : struct, IFftOutput<TOutput>;

    /// <summary>Likewise, numbers k and n - k together.</summary>
    static abstract void RunInPairs<TInput, TPairs>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TInput input, TPairs pairs)
        where TInput : struct, IFftInput<TInput>
        where TPairs : struct, IFftPairs<TPairs>;

    /// <summary>Likewise, and number i comes from shared memory at <see cref="PlaceBefore"/>.</summary>
    static abstract void FromShared<TOutput>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TOutput output)
        where TOutput : struct, IFftOutput<TOutput>;
}

/// <summary>
/// Fourier transform of n = R1 R2 R3 complex numbers by one group, decimation in frequency: three passes of butterflies in registers. The
/// first two are in place, so that a barrier between passes is enough; the last hands its numbers on.
/// </summary>
/// <remarks>
/// Number (r1 R2 + r2) R3 + r3 of shared memory stands at r1 <see cref="Pitch"/> + r2 R3 + r3 and would become number r1 + R1 (r2 + R2 r3)
/// of the transform. From the second pass on neighbouring threads differ in r1, so an odd pitch keeps them on different banks. Where
/// that would exceed 32 KiB, r3 is exchanged by r3 ^ r1 instead, at one instruction an access.
/// </remarks>
internal readonly struct FftPlan<TFirst, TSecond, TThird> : IFftPlan
    where TFirst : struct, IRadix<TFirst>
    where TSecond : struct, IRadix<TSecond>
    where TThird : struct, IRadix<TThird>
{
    public static int Points => 1 << (TFirst.Log + TSecond.Log + TThird.Log);

    public static int Threads => Points <= 512 ? 32 : Points <= 1024 ? 64 : 128;

    public static int SharedLength => (1 << TFirst.Log) * Pitch;

    public static (int First, int Second, int Third) Logs => (TFirst.Log, TSecond.Log, TThird.Log);

    private static int Block => 1 << (TSecond.Log + TThird.Log);

    private static bool IsSwizzled => Points >= 4096;

    private static int Pitch => IsSwizzled ? Block : Block + 1;

    public static int PlaceBefore(int index)
    {
        int r1 = index >> (TSecond.Log + TThird.Log), rest = index & (Block - 1);
        return r1 * Pitch + (IsSwizzled ? rest ^ r1 : rest);
    }

    public static void Run<TInput, TOutput>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TInput input, TOutput output)
        where TInput : struct, IFftInput<TInput>
        where TOutput : struct, IFftOutput<TOutput>
    {
        FirstPasses(shared, roots, input);
        for (int u = Group.IdxX; u < Points >> TThird.Log; u += Threads) TOutput.Store(output, u, Points >> TThird.Log, LastButterfly(shared, u));
    }

    public static void RunInPairs<TInput, TPairs>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TInput input, TPairs pairs)
        where TInput : struct, IFftInput<TInput>
        where TPairs : struct, IFftPairs<TPairs>
    {
        FirstPasses(shared, roots, input);
        int stride = Points >> TThird.Log;
        for (int u = Group.IdxX; u < stride / 2; u += Threads)
        {
            // The mirrors of butterfly u's numbers are those of stride - u, backwards. Butterflies 0 and stride / 2 are their own.
            int v = u == 0 ? stride / 2 : stride - u;
            TThird low = LastButterfly(shared, u), high = LastButterfly(shared, v);
            TThird.WritePairs(pairs, u, stride, low, Utilities.Select(u == 0, TThird.Next(low), high));
            TThird.WritePairs(pairs, v, stride, high, Utilities.Select(u == 0, high, low));
            if (u == 0) TPairs.WriteMiddle(pairs, TThird.Middle(low));
        }
    }

    public static void FromShared<TOutput>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TOutput output)
        where TOutput : struct, IFftOutput<TOutput> => Run(shared, roots, new Staged(shared), output);

    private static void FirstPasses<TInput>(ArrayView<ComplexFloat> shared, ArrayView<ComplexFloat> roots, TInput input)
        where TInput : struct, IFftInput<TInput>
    {
        for (int u = Group.IdxX; u < Block; u += Threads)
        {
            var numbers = TFirst.Transform(TInput.Load<TFirst>(input, u, Block));
            TFirst.Write(new Column(shared, u), 0, 1, TFirst.Rotate(numbers, roots.SubView(u), Block));
        }
        Group.Barrier();
        var secondRoots = roots.SubView(((1 << TFirst.Log) - 1) * Block);
        for (int u = Group.IdxX; u < Points >> TSecond.Log; u += Threads)
        {
            int r1 = u & ((1 << TFirst.Log) - 1), r3 = u >> TFirst.Log;
            var place = new FftNumbers(shared.SubView(r1 * Pitch + (IsSwizzled ? r3 ^ r1 : r3)));
            var numbers = TSecond.Transform(TSecond.Read(place, 0, 1 << TThird.Log));
            TSecond.Write(place, 0, 1 << TThird.Log, TSecond.Rotate(numbers, secondRoots.SubView(r3), 1 << TThird.Log));
        }
        Group.Barrier();
    }

    private static TThird LastButterfly(ArrayView<ComplexFloat> shared, int index) => TThird.Transform(TThird.Read(new Row(shared, index), 0, 1));

    /// <summary>The numbers of a butterfly of the first pass.</summary>
    private readonly struct Column(ArrayView<ComplexFloat> shared, int index) : IFftSource<Column>, IFftTarget<Column>
    {
        private readonly ArrayView<ComplexFloat> _shared = IsSwizzled ? shared : shared.SubView(index);
        private readonly int _index = index;

        public static ComplexFloat Read(Column from, int r) => from._shared[Place(from, r)];

        public static void Write(Column to, int r, ComplexFloat value) => to._shared[Place(to, r)] = value;

        private static int Place(Column column, int r) => IsSwizzled ? r * Pitch + (column._index ^ r) : r * Pitch;
    }

    /// <summary>The numbers of a butterfly of the last pass.</summary>
    private readonly struct Row(ArrayView<ComplexFloat> shared, int index) : IFftSource<Row>
    {
        private readonly ArrayView<ComplexFloat> _row = shared.SubView((index & ((1 << TFirst.Log) - 1)) * Pitch + ((index >> TFirst.Log) << TThird.Log));
        private readonly int _r1 = index & ((1 << TFirst.Log) - 1);

        public static ComplexFloat Read(Row from, int r) => from._row[IsSwizzled ? r ^ from._r1 : r];
    }

    private readonly struct Staged(ArrayView<ComplexFloat> shared) : IFftInput<Staged>
    {
        private readonly ArrayView<ComplexFloat> _shared = shared;

        public static TRadix Load<TRadix>(Staged input, int index, int stride) where TRadix : struct, IRadix<TRadix> =>
            TRadix.Read(new Column(input._shared, index), 0, 1);
    }
}
