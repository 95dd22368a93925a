using ILGPU;

namespace GpuNmf.Kernels.Fft;

/// <summary>
/// Transforms of R times <see cref="FftPlans.MostPoints"/> numbers in two launches: part r transforms numbers r, r + R, ..., and
/// <see cref="Combine"/> adds the parts.
/// </summary>
internal static class FftParts
{
    /// <summary>Number k of the transform whose parts stand behind one another.</summary>
    /// <param name="numbers">Transforms of the parts [R][4096].</param>
    /// <param name="parts">R.</param>
    /// <param name="k">0..R 4096 - 1.</param>
    /// <param name="roots">exp(-2 pi i k / N), N twice the numbers.</param>
    internal static ComplexFloat Combine(ArrayView<ComplexFloat> numbers, int parts, int k, ArrayView<ComplexFloat> roots)
    {
        int points = parts * FftPlans.MostPoints, inner = k & (FftPlans.MostPoints - 1);
        ComplexFloat sum = numbers[inner];
        for (int r = 1; r < parts; r++) sum += roots[2 * ((k * r) & (points - 1))] * numbers[r * FftPlans.MostPoints + inner];
        return sum;
    }

    /// <summary>A part of the scratch.</summary>
    internal readonly struct Output(ArrayView<ComplexFloat> part) : IFftOutput<Output>
    {
        private readonly ArrayView<ComplexFloat> _part = part;

        public static void Store<TRadix>(Output output, int index, int stride, TRadix numbers) where TRadix : struct, IRadix<TRadix> =>
            TRadix.Write(new FftNumbers(output._part.SubView(index)), 0, stride, numbers);
    }
}
