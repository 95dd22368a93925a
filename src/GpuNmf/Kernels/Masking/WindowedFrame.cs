using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Masking;

/// <summary>A frame of <see cref="StemArgs.Frames"/>: takes numbers of the inverse transform, their parts still swapped, and windows them.</summary>
internal struct WindowedFrame : IFftOutput<WindowedFrame>, IFftTarget<WindowedFrame>
{
    private ArrayView<ComplexFloat> _frame;
    private ArrayView<ComplexFloat> _window;

    /// <summary>The frame of group (row, component).</summary>
    internal static WindowedFrame Of(StemArgs args) => new()
    {
        _frame = args.Frames.Cast<ComplexFloat>().SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * (args.FftLength / 2)),
        _window = args.Window.Cast<ComplexFloat>(),
    };

    public static void Store<TRadix>(WindowedFrame output, int index, int stride, TRadix numbers) where TRadix : struct, IRadix<TRadix> =>
        TRadix.Write(new WindowedFrame { _frame = output._frame.SubView(index), _window = output._window.SubView(index) }, 0, stride, numbers);

    public static void Write(WindowedFrame to, int offset, ComplexFloat value)
    {
        ComplexFloat w = to._window[offset];
        to._frame[offset] = new ComplexFloat(value.Im * w.Re, value.Re * w.Im);
    }
}
