using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.Cuda;
using ILGPU.Util;

namespace GpuNmf.Kernels.Stft;

/// <summary>Bins of a real transform from numbers of the half-length complex one, on their way to this group's row.</summary>
internal struct BinWriter<TOutput> : IFftPairs<BinWriter<TOutput>> where TOutput : IStftOutput
{
    private Row _row;
    private Row _mirror;
    private ArrayView<ComplexFloat> _roots;
    private int _half;
    private int _span;
    private bool _isFirst;
    private bool _isLast;
    private float _share;

    internal static BinWriter<TOutput> Of(StftArgs args, int channel)
    {
        long row = (long)(args.OutputRow + Grid.IdxX) * args.Pitch;
        return new BinWriter<TOutput>
        {
            _row = new Row { Real = args.Output.SubView(row), Imaginary = args.Imaginary.SubView(row) },
            _roots = args.Twiddles.Cast<ComplexFloat>(),
            _half = args.FftLength / 2,
            _isFirst = channel == 0,
            _isLast = channel == args.ChannelsOfARow - 1,
            _share = 1f / args.ChannelsOfARow,
        };
    }

    public static BinWriter<TOutput> At(BinWriter<TOutput> bins, int first, int span)
    {
        bins._mirror = bins._row.From(bins._half - first - span);
        bins._row = bins._row.From(first);
        bins._roots = bins._roots.SubView(first);
        bins._span = span;
        return bins;
    }

    /// <summary>Bins k and N/2 - k from z = Z[k] and y = Z[N/2 - k]: E + w O and conj(E - w O).</summary>
    public static void Write(BinWriter<TOutput> to, int offset, ComplexFloat z, ComplexFloat y)
    {
        ComplexFloat even = 0.5f * (z + y.Conjugate), odd = 0.5f * (z - y.Conjugate).TimesMinusI;
        ComplexFloat turned = to._roots[offset] * odd;
        to.Write(to._row, offset, even + turned);
        to.Write(to._mirror, to._span - offset, (even - turned).Conjugate);
    }

    /// <summary>Bin N/4, where w is -i.</summary>
    public static void WriteMiddle(BinWriter<TOutput> bins, ComplexFloat z) => bins.Write(bins._row, bins._half / 2, z.Conjugate);

    /// <summary>The same thread meets the same bin of every channel, so the running power may wait in the output.</summary>
    private readonly void Write(Row row, int k, ComplexFloat bin)
    {
        if (TOutput.IsSpectrum)
        {
            row.Real[k] = bin.Re;
            row.Imaginary[k] = bin.Im;
            return;
        }
        float power = bin.Re * bin.Re + bin.Im * bin.Im;
        if (!_isFirst) power += row.Real[k];
        // Selected, not branched on: 32 branches would cost more than the roots.
        row.Real[k] = Utilities.Select(_isLast, Root(power * _share), power);
    }

    /// <summary>On CUDA one instruction, 1.2e-7 off at most; powers below 1.2e-38 become 0.</summary>
    private static float Root(float power)
    {
        if (CudaAsm.IsSupported)
        {
            CudaAsm.Emit("sqrt.approx.ftz.f32 %0, %1;", out float root, power);
            return root;
        }
        return XMath.Sqrt(power);
    }

    private struct Row
    {
        public ArrayView<float> Real;
        public ArrayView<float> Imaginary;

        internal readonly Row From(int bin) => new() { Real = Real.SubView(bin), Imaginary = Imaginary.SubView(bin) };
    }
}
