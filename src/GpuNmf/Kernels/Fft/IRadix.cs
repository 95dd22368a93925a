using ILGPU;

namespace GpuNmf.Kernels.Fft;

/// <summary>Complex numbers from where a butterfly stands on.</summary>
internal interface IFftSource<TSelf> where TSelf : struct, IFftSource<TSelf>
{
    static abstract ComplexFloat Read(TSelf from, int offset);
}

/// <summary>Takes the numbers of a butterfly.</summary>
internal interface IFftTarget<TSelf> where TSelf : struct, IFftTarget<TSelf>
{
    static abstract void Write(TSelf to, int offset, ComplexFloat value);
}

/// <summary>Takes numbers k and n - k of a transform of n together.</summary>
internal interface IFftPairs<TSelf> where TSelf : struct, IFftPairs<TSelf>
{
    /// <summary>The target of pairs k = <paramref name="first"/> to <paramref name="first"/> + <paramref name="span"/>.</summary>
    static abstract TSelf At(TSelf pairs, int first, int span);

    /// <summary>Pair <paramref name="offset"/> further than the first.</summary>
    static abstract void Write(TSelf to, int offset, ComplexFloat number, ComplexFloat mirror);

    /// <summary>Number n/2, its own mirror.</summary>
    static abstract void WriteMiddle(TSelf pairs, ComplexFloat number);
}

/// <summary>A view of numbers.</summary>
internal readonly struct FftNumbers(ArrayView<ComplexFloat> values) : IFftSource<FftNumbers>, IFftTarget<FftNumbers>
{
    private readonly ArrayView<ComplexFloat> _values = values;

    public static ComplexFloat Read(FftNumbers from, int offset) => from._values[offset];

    public static void Write(FftNumbers to, int offset, ComplexFloat value) => to._values[offset] = value;
}

/// <summary>
/// The numbers of one butterfly. They stay in registers: a struct of named fields (a local array would live in memory), every step written
/// out (no loop is unrolled for us).
/// </summary>
internal interface IRadix<TSelf> where TSelf : struct, IRadix<TSelf>
{
    /// <summary>log2 of the numbers.</summary>
    static abstract int Log { get; }

    /// <summary>Number r comes from <paramref name="first"/> + r * <paramref name="stride"/>.</summary>
    static abstract TSelf Read<TSource>(TSource source, int first, int stride) where TSource : struct, IFftSource<TSource>;

    /// <summary>Number r goes to <paramref name="first"/> + r * <paramref name="stride"/>.</summary>
    static abstract void Write<TTarget>(TTarget target, int first, int stride, TSelf numbers) where TTarget : struct, IFftTarget<TTarget>;

    /// <summary>Their Fourier transform, in natural order.</summary>
    static abstract TSelf Transform(TSelf numbers);

    /// <summary>Number r times roots[(r - 1) * pitch]; number 0 stays.</summary>
    static abstract TSelf Rotate(TSelf numbers, ArrayView<ComplexFloat> roots, int pitch);

    /// <summary>Number r + 1 in the place of r, number 0 in the last one.</summary>
    static abstract TSelf Next(TSelf numbers);

    /// <summary>The number after the first half.</summary>
    static abstract ComplexFloat Middle(TSelf numbers);

    /// <summary>The first half of the numbers, r, <paramref name="stride"/> apart, each with number R - 1 - r of the mirrors.</summary>
    static abstract void WritePairs<TPairs>(TPairs target, int first, int stride, TSelf numbers, TSelf mirrors) where TPairs : struct, IFftPairs<TPairs>;
}
