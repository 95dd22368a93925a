using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Masking;

/// <summary>From factors and spectrum to windowed frames on the CPU accelerator: mask sums, masked inverse transform. Then comes <see cref="StripOverlapAdd"/>.</summary>
internal static unsafe class StripStemKernels
{
    /// <summary>Floats of scratch a group: two complex arrays of vectors, and the masked spectra of four rows.</summary>
    internal static long ScratchLength(int fftLength, int lanes) => StripFft.ScratchLength(fftLength, lanes) + 2L * FourByFour.Count * RowLength(fftLength, lanes);

    /// <summary>Bins in whole vectors.</summary>
    private static int RowLength(int fftLength, int lanes) => (fftLength / 2 / lanes + 1) * lanes;

    /// <summary>Largest share and scale of each cell; launch with one group of one thread a mask row.</summary>
    public static void MaskSums<TVector, TLanes>(StemArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        MaskRow<TVector, TLanes>(args, Grid.IdxX);

    /// <summary>Spectrum of a component to windowed frames; any number of groups of one thread, which take components and batches of rows as they come.</summary>
    public static void Inverse<TVector, TLanes, TReconstruction>(StemArgs args)
        where TVector : unmanaged where TLanes : ILanes<TVector> where TReconstruction : IReconstruction =>
        InverseBatches<TVector, TLanes, TReconstruction>(args, Grid.IdxX);

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
        return power == 1f ? share : TLanes.WherePositive(share, LanesMath.Power<TVector, TLanes>(share, power));
    }

    [External("strip_inverse")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseBatches<TVector, TLanes, TReconstruction>(StemArgs args, int group)
        where TVector : unmanaged where TLanes : ILanes<TVector> where TReconstruction : IReconstruction
    {
        int half = args.FftLength / 2, rows = args.FrameCount * args.Channels;
        int batches = (rows + TLanes.Count - 1) / TLanes.Count;
        var inRe = (TVector*)(args.Scratch.Pointer() + group * ScratchLength(args.FftLength, TLanes.Count));
        TVector* inIm = inRe + half, outRe = inIm + half, outIm = outRe + half;
        var four = (float*)(outIm + half);
        int rowLength = RowLength(args.FftLength, TLanes.Count);
        float* nyquist = stackalloc float[TLanes.Count];
        var work = new StripWork(args.Progress, 0, batches * args.ComponentCount);
        while (work.Take(out int batch))
        {
            int component = batch / batches, first = batch % batches * TLanes.Count;
            int lanes = Math.Min(TLanes.Count, rows - first);
            // The masked spectrum of each row becomes a lane of (outRe, outIm), and the half-length transform's input (inRe, inIm).
            for (int lane = 0; lane < lanes; lane += FourByFour.Count)
            {
                int count = Math.Min(FourByFour.Count, lanes - lane);
                for (int i = 0; i < count; i++) MaskedRow<TVector, TLanes, TReconstruction>(args, component, first + lane + i, four + (long)i * rowLength, four + (long)(FourByFour.Count + i) * rowLength);
                Scatter<TVector, TLanes>(four, rowLength, count, half, (float*)outRe + lane);
                Scatter<TVector, TLanes>(four + FourByFour.Count * rowLength, rowLength, count, half, (float*)outIm + lane);
                for (int i = 0; i < count; i++) nyquist[lane + i] = four[(long)i * rowLength + half];
            }
            Join<TVector, TLanes>(outRe, outIm, TLanes.Load(nyquist), half, args.Twiddles.Pointer(), inRe, inIm);
            // Swapped real and imaginary parts turn the forward transform into the inverse one.
            StripFft.Forward<TVector, TLanes>(inIm, inRe, 1, outIm, outRe, half, args.Twiddles.Pointer(), 2);
            StoreFrames<TVector, TLanes>(args, (float*)outRe, (float*)outIm, lanes, args.Frames.Pointer() + ((long)component * rows + first) * args.FftLength);
        }
    }

    /// <summary>Rows to as many neighbouring lanes: target[f][i] = rows[i][f].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter<TVector, TLanes>(float* rows, int rowLength, int count, int bins, float* target)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int f = 0;
        if (count == FourByFour.Count)
            for (; f <= bins - FourByFour.Count; f += FourByFour.Count) FourByFour.Transpose(rows + f, rowLength, target + (long)f * TLanes.Count, TLanes.Count);
        for (; f < bins; f++)
            for (int i = 0; i < count; i++)
                target[(long)f * TLanes.Count + i] = rows[(long)i * rowLength + f];
    }

    /// <summary>One row's masked spectrum, whole vectors of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MaskedRow<TVector, TLanes, TReconstruction>(in StemArgs args, int component, int row, float* maskedRe, float* maskedIm)
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
        for (int f = 0; f <= half; f += TLanes.Count)
        {
            TVector real = TLanes.Load(sRe + f), imaginary = TLanes.Load(sIm + f), template = TLanes.Load(w + f);
            if (TReconstruction.IsMask)
            {
                var gain = Mask<TVector, TLanes>(template, h, TLanes.Load(peaks + f), TLanes.Load(scales + f), args);
                TLanes.Store(TLanes.Multiply(real, gain), maskedRe + f);
                TLanes.Store(TLanes.Multiply(imaginary, gain), maskedIm + f);
            }
            else
            {
                Magnitude<TVector, TLanes>(real, imaginary, TLanes.Multiply(template, TLanes.Broadcast(h)), maskedRe + f, maskedIm + f);
            }
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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>Lanes to rows of windowed samples; real parts are even samples, imaginary ones odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreFrames<TVector, TLanes>(in StemArgs args, float* even, float* odd, int lanes, float* frames)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int lane = 0;
        for (; lane <= lanes - FourByFour.Count; lane += FourByFour.Count) StoreFour<TVector, TLanes>(args, even + lane, odd + lane, frames + (long)lane * args.FftLength);
        for (; lane < lanes; lane++) StoreFrame<TVector, TLanes>(args, even + lane, odd + lane, frames + (long)lane * args.FftLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void StoreFour<TVector, TLanes>(in StemArgs args, float* even, float* odd, float* frames)
        where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float* window = args.Window.Pointer();
        int lanes = TLanes.Count;
        var scale = Vector128.Create(2f / args.FftLength);
        for (int n = 0; n < args.FftLength; n += 2 * FourByFour.Count, even += FourByFour.Count * lanes, odd += FourByFour.Count * lanes)
        {
            Vector128<float> a = Vector128.Load(even), b = Vector128.Load(even + lanes), c = Vector128.Load(even + 2 * lanes), d = Vector128.Load(even + 3 * lanes);
            Vector128<float> e = Vector128.Load(odd), f = Vector128.Load(odd + lanes), g = Vector128.Load(odd + 2 * lanes), h = Vector128.Load(odd + 3 * lanes);
            FourByFour.Transpose(ref a, ref b, ref c, ref d);
            FourByFour.Transpose(ref e, ref f, ref g, ref h);
            Vector128<float> low = Vector128.Load(window + n), high = Vector128.Load(window + n + FourByFour.Count);
            StoreEight(a, e, scale, low, high, frames + n);
            StoreEight(b, f, scale, low, high, frames + args.FftLength + n);
            StoreEight(c, g, scale, low, high, frames + 2L * args.FftLength + n);
            StoreEight(d, h, scale, low, high, frames + 3L * args.FftLength + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEight(Vector128<float> even, Vector128<float> odd, Vector128<float> scale, Vector128<float> low, Vector128<float> high, float* target)
    {
        (FourByFour.InterleaveLow(even, odd) * scale * low).Store(target);
        (FourByFour.InterleaveHigh(even, odd) * scale * high).Store(target + FourByFour.Count);
    }

    /// <summary>One lane to a row of windowed samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
}
