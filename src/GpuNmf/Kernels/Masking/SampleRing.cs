using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Masking;

/// <summary>
/// Sums of N neighbouring samples in shared memory, wherever in the signal: even and odd ones apart, so that the pairs of samples of a frame
/// at an odd place are neighbours too.
/// </summary>
internal readonly struct SampleRing<TPlan>(ArrayView<Compensated> sums) where TPlan : struct, IFftPlan
{
    private readonly ArrayView<Compensated> _sums = sums;

    internal void Clear()
    {
        for (int i = Group.IdxX; i < 2 * TPlan.Points; i += TPlan.Threads) _sums[i] = default;
    }

    internal void Add(int sample, float value)
    {
        int place = Place(sample);
        _sums[place] = _sums[place].Plus(value);
    }

    /// <summary>The sum of a sample, which starts again from zero as the one N further on.</summary>
    internal float Take(int sample)
    {
        int place = Place(sample);
        float sum = _sums[place].Sum;
        _sums[place] = default;
        return sum;
    }

    private static int Place(int sample) => (sample & 1) * TPlan.Points + ((sample >> 1) & (TPlan.Points - 1));
}

/// <summary>A frame on its way into the ring: takes numbers of the inverse transform, their parts still swapped, and windows them.</summary>
/// <param name="ring">Ring.</param>
/// <param name="window">Window, two values a number.</param>
/// <param name="start">Sample of the block where the frame (or its part from a butterfly on) starts; may be negative.</param>
internal readonly struct RingFrame<TPlan>(SampleRing<TPlan> ring, ArrayView<ComplexFloat> window, int start) : IFftOutput<RingFrame<TPlan>>, IFftTarget<RingFrame<TPlan>>
    where TPlan : struct, IFftPlan
{
    private readonly SampleRing<TPlan> _ring = ring;
    private readonly ArrayView<ComplexFloat> _window = window;
    private readonly int _start = start;

    public static void Store<TRadix>(RingFrame<TPlan> output, int index, int stride, TRadix numbers) where TRadix : struct, IRadix<TRadix> =>
        TRadix.Write(new RingFrame<TPlan>(output._ring, output._window.SubView(index), output._start + 2 * index), 0, stride, numbers);

    public static void Write(RingFrame<TPlan> to, int offset, ComplexFloat value)
    {
        ComplexFloat w = to._window[offset];
        to._ring.Add(to._start + 2 * offset, value.Im * w.Re);
        to._ring.Add(to._start + 2 * offset + 1, value.Re * w.Im);
    }
}
