using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Masking;

/// <summary>The spectrum of one component in one frame of one channel.</summary>
internal struct MaskedSpectrum<TReconstruction> where TReconstruction : IReconstruction
{
    private ArrayView<float> _real;
    private ArrayView<float> _imaginary;
    private ArrayView<float> _peaks;
    private ArrayView<float> _scales;
    private ArrayView<float> _templates;
    private ArrayView<ComplexFloat> _roots;
    private float _activation;
    private MaskRule _rule;
    private int _rankPitch;
    private int _half;

    /// <param name="args">Block.</param>
    /// <param name="frame">Frame in the block.</param>
    /// <param name="channel">Channel.</param>
    /// <param name="component">Component in the launch.</param>
    internal static MaskedSpectrum<TReconstruction> Of(StemArgs args, int frame, int channel, int component)
    {
        int k = args.FirstComponent + component;
        long row = ((long)frame * args.Channels + channel) * args.Pitch;
        long mask = (long)frame * args.MasksOfAFrame + (args.MasksOfAFrame == 1 ? 0 : channel);
        return new MaskedSpectrum<TReconstruction>
        {
            _real = args.Real.SubView(row),
            _imaginary = args.Imaginary.SubView(row),
            _peaks = args.Peaks.SubView(mask * args.Pitch),
            _scales = args.Scales.SubView(mask * args.Pitch),
            _templates = args.Templates.SubView(k),
            _roots = args.Twiddles.Cast<ComplexFloat>(),
            _activation = args.Activations[(args.FirstFrame * args.MasksOfAFrame + mask) * args.RankPitch + k],
            _rule = MaskRule.Of(args),
            _rankPitch = args.RankPitch,
            _half = args.FftLength / 2,
        };
    }

    /// <summary>
    /// Puts the input of the half-length inverse transform into shared memory, each bin formed once: Z = E + i O,
    /// E = (X[k] + conj X[N/2-k]) / 2, O = (X[k] - conj X[N/2-k]) conj(w^k) / 2, and Z[N/2-k] = conj E + i conj O.
    /// Real and imaginary parts are swapped, which turns the forward transform into the inverse one.
    /// </summary>
    internal readonly void Stage<TPlan>(ArrayView<ComplexFloat> shared) where TPlan : struct, IFftPlan
    {
        if (Group.IdxX == 0) shared[0] = Number(0).Swapped;
        for (int k = 1 + Group.IdxX; k <= TPlan.Points / 2; k += TPlan.Threads)
        {
            Halves(k, out ComplexFloat even, out ComplexFloat odd);
            shared[TPlan.PlaceBefore(k)] = (even - odd.TimesMinusI).Swapped;
            shared[TPlan.PlaceBefore(TPlan.Points - k)] = (even.Conjugate - odd.Conjugate.TimesMinusI).Swapped;
        }
    }

    /// <summary>Number k of the half-length transform's input.</summary>
    internal readonly ComplexFloat Number(int k)
    {
        Halves(k, out ComplexFloat even, out ComplexFloat odd);
        return even - odd.TimesMinusI;
    }

    private readonly void Halves(int k, out ComplexFloat even, out ComplexFloat odd)
    {
        ComplexFloat low = Bin(k), high = Bin(_half - k).Conjugate;
        if (k == 0)
        {
            // The first and last bin of a real signal are real.
            low.Im = 0f;
            high.Im = 0f;
        }
        even = 0.5f * (low + high);
        odd = 0.5f * (low - high) * _roots[k].Conjugate;
    }

    private readonly ComplexFloat Bin(int f)
    {
        float own = _templates[(long)f * _rankPitch] * _activation;
        var mixture = new ComplexFloat(_real[f], _imaginary[f]);
        if (TReconstruction.IsMask)
        {
            return (_rule.IsProportional ? _rule.Gain(own, _scales[f]) : _rule.Gain(own, _peaks[f], _scales[f])) * mixture;
        }
        float length = XMath.Sqrt(mixture.Re * mixture.Re + mixture.Im * mixture.Im);
        return length > 0f ? new ComplexFloat(own * (mixture.Re / length), own * (mixture.Im / length)) : new ComplexFloat(own, 0f);
    }
}
