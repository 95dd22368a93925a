using System.Runtime.CompilerServices;
using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Masking;

/// <summary>From factors and spectrum to stems on the CPU accelerator: mask sums, masked inverse transform, overlap-add.</summary>
internal static unsafe class StripStemKernels
{
    /// <summary>Samples that the overlap-add keeps in the first cache.</summary>
    private const int SampleBlock = 1024;

    /// <summary>Floats of scratch a group: two complex arrays of vectors.</summary>
    internal static long ScratchLength(int fftLength, int lanes) => StripFft.ScratchLength(fftLength, lanes);

    /// <summary>Largest share and scale of each cell; launch with one group of one thread a mask row.</summary>
    public static void MaskSums<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        MaskRow<TVector, TLanes>(args, Grid.IdxX);

    /// <summary>Spectrum of a component to windowed frames; any number of groups of one thread, which share components and rows evenly.</summary>
    public static void Inverse<TVector, TLanes, TReconstruction>(StemArgs args)
        where TVector : unmanaged where TLanes : ILanes<TVector> where TReconstruction : IReconstruction =>
        InverseBatches<TVector, TLanes, TReconstruction>(args, Grid.IdxX, Grid.DimX);

    /// <summary>Frames to samples; launch with one group of one thread a (component, channel).</summary>
    public static void OverlapAdd<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        AddFrames<TVector, TLanes>(args, Grid.IdxX);

    [External("strip_mask_sums")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaskRow<TVector, TLanes>(StemArgs args, int row) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float* h = args.Activations.Pointer() + (args.FirstFrame * args.MasksOfAFrame + row) * args.RankPitch;
        float* peaks = args.Peaks.Pointer() + (long)row * args.Pitch;
        float* scales = args.Scales.Pointer() + (long)row * args.Pitch;
        float* templates = args.Templates.Pointer();
        for (int f = 0; f < args.Pitch; f += TLanes.Count)
        {
            TVector peak = default, sum = default;
            for (int k = 0; k < args.Components; k++)
                peak = TLanes.Max(peak, TLanes.Multiply(TLanes.Load(templates + (long)k * args.Pitch + f), TLanes.Broadcast(h[k])));
            for (int k = 0; k < args.Components; k++)
                sum = TLanes.Add(sum, Share<TVector, TLanes>(TLanes.Load(templates + (long)k * args.Pitch + f), h[k], peak, args.MaskPower));
            TLanes.Store(peak, peaks + f);
            TLanes.Store(TLanes.WherePositive(peak, TLanes.Divide(TLanes.Broadcast(1f), sum)), scales + f);
        }
    }

    /// <summary>(w h / peak)^a, 0 where the peak is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Share<TVector, TLanes>(TVector template, float activation, TVector peak, float power)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var share = TLanes.WherePositive(peak, TLanes.Divide(TLanes.Multiply(template, TLanes.Broadcast(activation)), peak));
        return power == 1f ? share : TLanes.WherePositive(share, TLanes.Exp(TLanes.Multiply(TLanes.Broadcast(power), TLanes.Log(share))));
    }

    [External("strip_inverse")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseBatches<TVector, TLanes, TReconstruction>(StemArgs args, int group, int groups)
        where TVector : unmanaged where TLanes : ILanes<TVector> where TReconstruction : IReconstruction
    {
        int half = args.FftLength / 2, rows = args.FrameCount * args.Channels;
        int batches = (rows + TLanes.Count - 1) / TLanes.Count;
        var inRe = (TVector*)(args.Scratch.Pointer() + group * ScratchLength(args.FftLength, TLanes.Count));
        TVector* inIm = inRe + half, outRe = inIm + half, outIm = outRe + half;
        float* nyquist = stackalloc float[TLanes.Count];
        for (int batch = group; batch < batches * args.ComponentCount; batch += groups)
        {
            int component = batch / batches, first = batch % batches * TLanes.Count;
            int lanes = Math.Min(TLanes.Count, rows - first);
            // The masked spectrum of each row becomes a lane of (outRe, outIm), and the half-length transform's input (inRe, inIm).
            for (int lane = 0; lane < lanes; lane++)
                MaskedRow<TVector, TLanes, TReconstruction>(args, component, first + lane, (float*)outRe + lane, (float*)outIm + lane, nyquist);
            Join<TVector, TLanes>(outRe, outIm, TLanes.Load(nyquist), half, args.Twiddles.Pointer(), inRe, inIm);
            // Swapped real and imaginary parts turn the forward transform into the inverse one.
            StripFft.Forward<TVector, TLanes>(inIm, inRe, 1, outIm, outRe, half, args.Twiddles.Pointer(), 2);
            for (int lane = 0; lane < lanes; lane++)
                StoreFrame<TVector, TLanes>(args, (float*)outRe + lane, (float*)outIm + lane, args.Frames.Pointer() + ((long)component * rows + first + lane) * args.FftLength);
        }
    }

    /// <summary>One row's masked spectrum into a lane; the last bin's real part into <paramref name="nyquist"/>[lane].</summary>
    private static void MaskedRow<TVector, TLanes, TReconstruction>(in StemArgs args, int component, int row, float* re, float* im, float* nyquist)
        where TVector : unmanaged where TLanes : ILanes<TVector> where TReconstruction : IReconstruction
    {
        int frame = row / args.Channels, channel = row % args.Channels, half = args.FftLength / 2, k = args.FirstComponent + component;
        long mask = (long)frame * args.MasksOfAFrame + (args.MasksOfAFrame == 1 ? 0 : channel);
        float h = args.Activations.Pointer()[(args.FirstFrame * args.MasksOfAFrame + mask) * args.RankPitch + k];
        float* w = args.Templates.Pointer() + (long)k * args.Pitch;
        float* sRe = args.Real.Pointer() + (long)row * args.Pitch;
        float* sIm = args.Imaginary.Pointer() + (long)row * args.Pitch;
        float* peaks = args.Peaks.Pointer() + mask * args.Pitch;
        float* scales = args.Scales.Pointer() + mask * args.Pitch;
        float* maskedRe = stackalloc float[TLanes.Count];
        float* maskedIm = stackalloc float[TLanes.Count];
        for (int f = 0; f <= half; f += TLanes.Count)
        {
            TVector real = TLanes.Load(sRe + f), imaginary = TLanes.Load(sIm + f), template = TLanes.Load(w + f);
            if (TReconstruction.IsMask)
            {
                var gain = Mask<TVector, TLanes>(template, h, TLanes.Load(peaks + f), TLanes.Load(scales + f), args);
                TLanes.Store(TLanes.Multiply(real, gain), maskedRe);
                TLanes.Store(TLanes.Multiply(imaginary, gain), maskedIm);
            }
            else
            {
                Magnitude<TVector, TLanes>(real, imaginary, TLanes.Multiply(template, TLanes.Broadcast(h)), maskedRe, maskedIm);
            }
            int end = Math.Min(TLanes.Count, half - f);
            for (int i = 0; i < end; i++)
            {
                re[(long)(f + i) * TLanes.Count] = maskedRe[i];
                im[(long)(f + i) * TLanes.Count] = maskedIm[i];
            }
            if (f + TLanes.Count > half) nyquist[row % TLanes.Count] = maskedRe[half - f];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Mask<TVector, TLanes>(TVector template, float activation, TVector peak, TVector scale, in StemArgs args)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var equal = TLanes.Broadcast(1f / args.Components);
        var share = TLanes.Multiply(Share<TVector, TLanes>(template, activation, peak, args.MaskPower), scale);
        return TLanes.Add(share, TLanes.Subtract(equal, TLanes.WherePositive(peak, equal)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Magnitude<TVector, TLanes>(TVector real, TVector imaginary, TVector magnitude, float* re, float* im)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var length = TLanes.Sqrt(TLanes.Fma(real, real, TLanes.Multiply(imaginary, imaginary)));
        var cosine = TLanes.WherePositive(length, TLanes.Divide(real, length));
        var one = TLanes.Broadcast(1f);
        cosine = TLanes.Add(cosine, TLanes.Subtract(one, TLanes.WherePositive(length, one)));
        TLanes.Store(TLanes.Multiply(magnitude, cosine), re);
        TLanes.Store(TLanes.Multiply(magnitude, TLanes.WherePositive(length, TLanes.Divide(imaginary, length))), im);
    }

    /// <summary>Input of the half-length inverse transform: Z = E + i O with E = (X[k] + conj X[N/2-k]) / 2, O = (X[k] - conj X[N/2-k]) conj(w^k) / 2.</summary>
    private static void Join<TVector, TLanes>(TVector* re, TVector* im, TVector nyquist, int half, float* roots, TVector* zRe, TVector* zIm)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float* root = stackalloc float[2];
        var h = TLanes.Broadcast(0.5f);
        zRe[0] = TLanes.Multiply(h, TLanes.Add(re[0], nyquist));
        zIm[0] = TLanes.Multiply(h, TLanes.Subtract(re[0], nyquist));
        for (int k = 1; k < half; k++)
        {
            TVector aRe = re[k], aIm = im[k], bRe = re[half - k], bIm = im[half - k];
            TVector eRe = TLanes.Multiply(h, TLanes.Add(aRe, bRe)), eIm = TLanes.Multiply(h, TLanes.Subtract(aIm, bIm));
            TVector dRe = TLanes.Multiply(h, TLanes.Subtract(aRe, bRe)), dIm = TLanes.Multiply(h, TLanes.Add(aIm, bIm));
            root[0] = roots[2 * k];
            root[1] = -roots[2 * k + 1];
            StripFft.Rotate<TVector, TLanes>(dRe, dIm, root, out var oRe, out var oIm);
            zRe[k] = TLanes.Subtract(eRe, oIm);
            zIm[k] = TLanes.Add(eIm, oRe);
        }
    }

    /// <summary>One lane to a row of windowed samples.</summary>
    private static void StoreFrame<TVector, TLanes>(in StemArgs args, float* even, float* odd, float* frame)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float* window = args.Window.Pointer();
        float scale = 2f / args.FftLength;
        for (int n = 0; n < args.FftLength; n += 2, even += TLanes.Count, odd += TLanes.Count)
        {
            frame[n] = *even * scale * window[n];
            frame[n + 1] = *odd * scale * window[n + 1];
        }
    }

    /// <summary>Kahan's sum: at a hop of a few samples thousands of frames cover a sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCompensated<TVector, TLanes>(float* sum, float* lost, TVector value)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        TVector before = TLanes.Load(sum), corrected = TLanes.Subtract(value, TLanes.Load(lost)), next = TLanes.Add(before, corrected);
        TLanes.Store(TLanes.Subtract(TLanes.Subtract(next, before), corrected), lost);
        TLanes.Store(next, sum);
    }

    private static void AddCompensated(ref float sum, ref float lost, float value)
    {
        float corrected = value - lost, next = sum + corrected;
        lost = next - sum - corrected;
        sum = next;
    }

    [External("strip_overlap_add")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFrames<TVector, TLanes>(StemArgs args, int index) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int component = index / args.Channels, channel = index % args.Channels, rows = args.FrameCount * args.Channels;
        float* frames = args.Frames.Pointer() + ((long)component * rows + channel) * args.FftLength;
        float* output = args.Output.Pointer() + (long)component * args.SampleCount * args.Channels + channel;
        float* window = args.Window.Pointer();
        float* sums = stackalloc float[SampleBlock];
        float* weights = stackalloc float[SampleBlock];
        float* sumsLost = stackalloc float[SampleBlock];
        float* weightsLost = stackalloc float[SampleBlock];
        for (int block = 0; block < args.SampleCount; block += SampleBlock)
        {
            int count = Math.Min(SampleBlock, args.SampleCount - block);
            new Span<float>(sums, count).Clear();
            new Span<float>(weights, count).Clear();
            new Span<float>(sumsLost, count).Clear();
            new Span<float>(weightsLost, count).Clear();
            for (int t = 0; t < args.FrameCount; t++)
            {
                // Sample n of frame t falls on sum n + offset.
                long offset = (args.FirstFrame + t) * args.HopLength - args.Lead - args.FirstSample - block;
                int from = (int)Math.Clamp(offset, 0, count), to = (int)Math.Clamp(offset + args.FftLength, 0, count);
                if (from >= to) continue;
                float* frame = frames + (long)t * args.Channels * args.FftLength - offset;
                float* w = window - offset;
                int n = from;
                for (; n <= to - TLanes.Count; n += TLanes.Count)
                {
                    TVector gain = TLanes.Load(w + n);
                    AddCompensated<TVector, TLanes>(sums + n, sumsLost + n, TLanes.Load(frame + n));
                    AddCompensated<TVector, TLanes>(weights + n, weightsLost + n, TLanes.Multiply(gain, gain));
                }
                for (; n < to; n++)
                {
                    AddCompensated(ref sums[n], ref sumsLost[n], frame[n]);
                    AddCompensated(ref weights[n], ref weightsLost[n], w[n] * w[n]);
                }
            }
            for (int n = 0; n < count; n++) output[(long)(block + n) * args.Channels] = sums[n] / weights[n];
        }
    }
}
