using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Stft;

/// <summary>The windowed samples of a frame as complex numbers: number i is samples 2n and 2n + 1, n = part + parts i.</summary>
/// <typeparam name="TPlan">The transform that they go to.</typeparam>
internal struct FrameInput<TPlan> : IFftInput<FrameInput<TPlan>> where TPlan : struct, IFftPlan
{
    private ArrayView<float> _samples;
    private ArrayView<ComplexFloat> _window;
    private ArrayView<ComplexFloat> _shared;
    private bool _isInside;
    private int _parts;

    /// <summary>
    /// Frame of a row's channel. One that reaches beyond the signal is put into shared memory, number by number; every thread of the group
    /// must call this.
    /// </summary>
    internal static FrameInput<TPlan> Of(StftArgs args, ArrayView<ComplexFloat> shared, long row, int channel, int part, int parts)
    {
        int channelOfRow = (int)(row % args.RowsOfAFrame) + channel;
        long start = row / args.RowsOfAFrame * args.HopLength - args.Lead;
        bool isInside = start >= 0 && start + args.FftLength <= args.Length;
        var samples = args.Samples.SubView(channelOfRow * args.SampleStride, args.SampleStride);
        var window = args.Window.Cast<ComplexFloat>();
        if (!isInside)
        {
            for (int i = Group.IdxX; i < TPlan.Points; i += TPlan.Threads)
            {
                int n = part + parts * i;
                long even = SampleIndex.At(start + 2 * n, args.Length, args.Reflect), odd = SampleIndex.At(start + 2 * n + 1, args.Length, args.Reflect);
                shared[TPlan.PlaceBefore(i)] = new ComplexFloat(even < 0 ? 0f : samples[even - args.FirstSample] * window[n].Re, odd < 0 ? 0f : samples[odd - args.FirstSample] * window[n].Im);
            }
        }
        Group.Barrier();
        return new FrameInput<TPlan>
        {
            _samples = isInside ? samples.SubView(start - args.FirstSample + 2 * part) : samples,
            _window = window.SubView(part),
            _shared = shared,
            _isInside = isInside,
            _parts = parts,
        };
    }

    public static TRadix Load<TRadix>(FrameInput<TPlan> input, int index, int stride) where TRadix : struct, IRadix<TRadix>
    {
        if (!input._isInside) return TRadix.Read(new InShared(input._shared, index), 0, stride);
        int n = index * input._parts;
        return TRadix.Read(new Inside(input._samples.SubView(2 * n), input._window.SubView(n)), 0, stride * input._parts);
    }

    private readonly struct Inside(ArrayView<float> samples, ArrayView<ComplexFloat> window) : IFftSource<Inside>
    {
        private readonly ArrayView<float> _samples = samples;
        private readonly ArrayView<ComplexFloat> _window = window;

        public static ComplexFloat Read(Inside from, int offset)
        {
            ComplexFloat w = from._window[offset];
            return new ComplexFloat(from._samples[2 * offset] * w.Re, from._samples[2 * offset + 1] * w.Im);
        }
    }

    private readonly struct InShared(ArrayView<ComplexFloat> shared, int index) : IFftSource<InShared>
    {
        private readonly ArrayView<ComplexFloat> _shared = shared;
        private readonly int _index = index;

        public static ComplexFloat Read(InShared from, int offset) => from._shared[TPlan.PlaceBefore(from._index + offset)];
    }
}
