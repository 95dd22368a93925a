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

    /// <summary>The sums of samples of one parity.</summary>
    internal ArrayView<Compensated> Plane(int sample) => _sums.SubView((sample & 1) * TPlan.Points);

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
internal struct RingFrame<TPlan> : IFftOutput<RingFrame<TPlan>>, IFftTarget<RingFrame<TPlan>> where TPlan : struct, IFftPlan
{
    private ArrayView<ComplexFloat> _window;

    /// <summary>Sums of samples 2n of the frame, and of samples 2n + 1, with the places of those of number 0.</summary>
    private ArrayView<Compensated> _evens;
    private ArrayView<Compensated> _odds;
    private int _firstEven;
    private int _firstOdd;

    /// <param name="ring">Ring.</param>
    /// <param name="window">Window [N].</param>
    /// <param name="start">Sample of the block where the frame starts; may be negative.</param>
    internal static RingFrame<TPlan> Of(SampleRing<TPlan> ring, ArrayView<float> window, int start) => new()
    {
        _window = window.Cast<ComplexFloat>(),
        _evens = ring.Plane(start),
        _odds = ring.Plane(start + 1),
        _firstEven = start >> 1,
        _firstOdd = (start + 1) >> 1,
    };

    public static void Store<TRadix>(RingFrame<TPlan> output, int index, int stride, TRadix numbers) where TRadix : struct, IRadix<TRadix>
    {
        output._window = output._window.SubView(index);
        output._firstEven += index;
        output._firstOdd += index;
        TRadix.Write(output, 0, stride, numbers);
    }

    public static void Write(RingFrame<TPlan> to, int offset, ComplexFloat value)
    {
        ComplexFloat w = to._window[offset];
        int even = (to._firstEven + offset) & (TPlan.Points - 1), odd = (to._firstOdd + offset) & (TPlan.Points - 1);
        to._evens[even] = to._evens[even].Plus(value.Im * w.Re);
        to._odds[odd] = to._odds[odd].Plus(value.Re * w.Im);
    }
}
