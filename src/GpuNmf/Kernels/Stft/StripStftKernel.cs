using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Stft;

/// <summary>What a forward transform writes.</summary>
internal interface IStftOutput
{
    /// <summary>True: real and imaginary parts of one channel. False: the root of the mean power over the channels of a row.</summary>
    static abstract bool IsSpectrum { get; }
}

/// <summary>Magnitudes.</summary>
internal readonly struct MagnitudeOutput : IStftOutput
{
    public static bool IsSpectrum => false;
}

/// <summary>Real and imaginary parts.</summary>
internal readonly struct SpectrumOutput : IStftOutput
{
    public static bool IsSpectrum => true;
}

/// <summary>
/// Samples to magnitudes or to the complex spectrum on the CPU accelerator: a vector's lanes are as many rows, framing, window, real FFT
/// and output in one go.
/// </summary>
/// <remarks>
/// The N real samples of a frame are N/2 complex ones (even, odd), transformed and split. Results do not depend on the width.
/// </remarks>
internal static unsafe class StripStftKernel
{
    /// <summary>Floats of scratch a group: the two complex arrays and the power of a row.</summary>
    internal static long ScratchLength(int fftLength, int lanes) => StripFft.ScratchLength(fftLength, lanes) + (long)(fftLength / 2 + 1) * lanes;

    /// <summary>Launch with any number of groups of one thread; they share the batches of rows evenly.</summary>
    public static void Run<TVector, TLanes, TOutput>(StftArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TOutput : IStftOutput =>
        Batches<TVector, TLanes, TOutput>(args, Grid.IdxX, Grid.DimX);

    [External("strip_stft")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Batches<TVector, TLanes, TOutput>(StftArgs args, int group, int groups)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TOutput : IStftOutput
    {
        int half = args.FftLength / 2;
        var inRe = (TVector*)(args.Scratch.Pointer() + group * ScratchLength(args.FftLength, TLanes.Count));
        TVector* inIm = inRe + half, outRe = inIm + half, outIm = outRe + half, power = outIm + half;
        for (int row = group * TLanes.Count; row < args.Rows; row += groups * TLanes.Count)
        {
            int lanes = Math.Min(TLanes.Count, args.Rows - row);
            for (int c = 0; c < args.ChannelsOfARow; c++)
            {
                LoadFrames<TVector, TLanes>(args, args.FirstRow + row, lanes, c, (float*)inRe, (float*)inIm);
                StripFft.Forward<TVector, TLanes>(inRe, inIm, 1, outRe, outIm, half, args.Twiddles.Pointer(), 2);
                if (TOutput.IsSpectrum) Split<TVector, TLanes>(outRe, outIm, half, args.Twiddles.Pointer(), inRe, inIm, power);
                else AddPower<TVector, TLanes>(outRe, outIm, half, args.Twiddles.Pointer(), power, c == 0);
            }
            long target = (long)(args.OutputRow + row) * args.Pitch;
            if (TOutput.IsSpectrum)
            {
                StoreRows<TVector, TLanes>(inRe, args.Output.Pointer() + target, lanes, half, args.Pitch);
                StoreRows<TVector, TLanes>(inIm, args.Imaginary.Pointer() + target, lanes, half, args.Pitch);
                StoreNyquist<TVector, TLanes>(power, args.Output.Pointer() + target, args.Imaginary.Pointer() + target, lanes, half, args.Pitch);
            }
            else
            {
                Root<TVector, TLanes>(power, half + 1, args.ChannelsOfARow);
                StoreRows<TVector, TLanes>(power, args.Output.Pointer() + target, lanes, half + 1, args.Pitch);
            }
        }
    }

    /// <summary>Windowed samples of frames into as many lanes; even samples are real parts, odd ones imaginary.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadFrames<TVector, TLanes>(in StftArgs args, long row, int lanes, int channel, float* re, float* im)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        float** frames = stackalloc float*[FourByFour.Count];
        for (int lane = 0; lane < lanes; lane += FourByFour.Count)
        {
            // Neighbouring frames of the middle go four at a time.
            int count = Math.Min(FourByFour.Count, lanes - lane);
            bool inside = count == FourByFour.Count;
            for (int i = 0; inside && i < count; i++)
            {
                long start = StartOf(args, row + lane + i);
                inside = start >= 0 && start + args.FftLength <= args.Length;
                frames[i] = SamplesOf(args, row + lane + i, channel) + start;
            }
            if (inside) LoadFour<TVector, TLanes>(args, frames, re + lane, im + lane);
            else for (int i = 0; i < count; i++) LoadFrame<TVector, TLanes>(args, row + lane + i, channel, re + lane + i, im + lane + i);
        }
    }

    /// <summary>The first sample of a row's frame; negative where it begins before the signal.</summary>
    private static long StartOf(in StftArgs args, long row) => row / args.RowsOfAFrame * args.HopLength - args.Lead;

    /// <summary>Where sample 0 of a row's channel would stand.</summary>
    private static float* SamplesOf(in StftArgs args, long row, int channel) =>
        args.Samples.Pointer() + (((int)(row % args.RowsOfAFrame) + channel) * args.SampleStride - args.FirstSample);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadFour<TVector, TLanes>(in StftArgs args, float** frames, float* re, float* im)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        float* window = args.Window.Pointer();
        for (int n = 0; n < args.FftLength; n += 2 * FourByFour.Count)
        {
            Vector128<float> low = Vector128.Load(window + n), high = Vector128.Load(window + n + FourByFour.Count);
            Windowed(frames[0] + n, low, high, out var a, out var e);
            Windowed(frames[1] + n, low, high, out var b, out var f);
            Windowed(frames[2] + n, low, high, out var c, out var g);
            Windowed(frames[3] + n, low, high, out var d, out var h);
            FourByFour.Transpose(ref a, ref b, ref c, ref d);
            FourByFour.Transpose(ref e, ref f, ref g, ref h);
            long at = (long)(n / 2) * TLanes.Count;
            FourByFour.Store(re + at, TLanes.Count, a, b, c, d);
            FourByFour.Store(im + at, TLanes.Count, e, f, g, h);
        }
    }

    /// <summary>Eight samples times the window, the even ones apart from the odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Windowed(float* samples, Vector128<float> low, Vector128<float> high, out Vector128<float> even, out Vector128<float> odd)
    {
        Vector128<float> first = Vector128.Load(samples) * low, second = Vector128.Load(samples + FourByFour.Count) * high;
        even = FourByFour.Even(first, second);
        odd = FourByFour.Odd(first, second);
    }

    /// <summary>A frame that may reach beyond the signal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LoadFrame<TVector, TLanes>(in StftArgs args, long row, int channel, float* re, float* im)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long start = StartOf(args, row);
        float* samples = SamplesOf(args, row, channel), window = args.Window.Pointer();
        for (int n = 0; n < args.FftLength; n += 2, re += TLanes.Count, im += TLanes.Count)
        {
            long even = SampleIndex.At(start + n, args.Length, args.Reflect), odd = SampleIndex.At(start + n + 1, args.Length, args.Reflect);
            *re = even < 0 ? 0f : samples[even] * window[n];
            *im = odd < 0 ? 0f : samples[odd] * window[n + 1];
        }
    }

    /// <summary>Real spectrum from the half-length transform: bins 0..N/2 - 1 into (re, im); the last bin's real part into nyquist[0].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Split<TVector, TLanes>(TVector* zRe, TVector* zIm, int half, float* roots, TVector* re, TVector* im, TVector* nyquist)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        re[0] = TLanes.Add(zRe[0], zIm[0]);
        im[0] = default;
        nyquist[0] = TLanes.Subtract(zRe[0], zIm[0]);
        for (int k = 1; k <= half / 2; k++)
        {
            Pair<TVector, TLanes>(zRe, zIm, half, k, roots, out var aRe, out var aIm, out var bRe, out var bIm);
            re[k] = aRe;
            im[k] = aIm;
            re[half - k] = bRe;
            im[half - k] = bIm;
        }
    }

    /// <summary>power[k] (+)= |X[k]|^2, k up to N/2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddPower<TVector, TLanes>(TVector* zRe, TVector* zIm, int half, float* roots, TVector* power, bool first)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        if (first) new Span<TVector>(power, half + 1).Clear();
        TVector dc = TLanes.Add(zRe[0], zIm[0]), nyquist = TLanes.Subtract(zRe[0], zIm[0]);
        power[0] = TLanes.Fma(dc, dc, power[0]);
        power[half] = TLanes.Fma(nyquist, nyquist, power[half]);
        for (int k = 1; k <= half / 2; k++)
        {
            Pair<TVector, TLanes>(zRe, zIm, half, k, roots, out var aRe, out var aIm, out var bRe, out var bIm);
            power[k] = TLanes.Add(power[k], TLanes.Fma(aRe, aRe, TLanes.Multiply(aIm, aIm)));
            if (k != half - k) power[half - k] = TLanes.Add(power[half - k], TLanes.Fma(bRe, bRe, TLanes.Multiply(bIm, bIm)));
        }
    }

    /// <summary>Bins k and N/2 - k: with E and O the transforms of the even and odd samples, E + w O and conj(E - w O), w = exp(-2 pi i k / N).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TVector, TLanes>(
        TVector* zRe, TVector* zIm, int half, int k, float* roots, out TVector aRe, out TVector aIm, out TVector bRe, out TVector bIm)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var h = TLanes.Broadcast(0.5f);
        TVector pRe = TLanes.Multiply(h, zRe[k]), pIm = TLanes.Multiply(h, zIm[k]), qRe = TLanes.Multiply(h, zRe[half - k]), qIm = TLanes.Multiply(h, zIm[half - k]);
        TVector eRe = TLanes.Add(pRe, qRe), eIm = TLanes.Subtract(pIm, qIm);
        TVector oRe = TLanes.Add(pIm, qIm), oIm = TLanes.Subtract(qRe, pRe);
        StripFft.Rotate<TVector, TLanes>(oRe, oIm, roots + 2 * k, out var rRe, out var rIm);
        aRe = TLanes.Add(eRe, rRe);
        aIm = TLanes.Add(eIm, rIm);
        bRe = TLanes.Subtract(eRe, rRe);
        bIm = TLanes.Subtract(rIm, eIm);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Root<TVector, TLanes>(TVector* power, int bins, int channels)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var share = TLanes.Broadcast(1f / channels);
        for (int k = 0; k < bins; k++) power[k] = TLanes.Sqrt(TLanes.Multiply(power[k], share));
    }

    /// <summary>Lanes become rows: target[lane][k] = values[k][lane].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void StoreRows<TVector, TLanes>(TVector* values, float* target, int lanes, int bins, int pitch)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int k = 0;
        for (; k <= bins - FourByFour.Count; k += FourByFour.Count)
        {
            float* source = (float*)(values + k), to = target + k;
            int lane = 0;
            for (; lane <= lanes - FourByFour.Count; lane += FourByFour.Count) FourByFour.Transpose(source + lane, TLanes.Count, to + (long)lane * pitch, pitch);
            for (; lane < lanes; lane++)
                for (int i = 0; i < FourByFour.Count; i++)
                    to[(long)lane * pitch + i] = source[(long)i * TLanes.Count + lane];
        }
        for (; k < bins; k++)
            for (int lane = 0; lane < lanes; lane++)
                target[(long)lane * pitch + k] = ((float*)(values + k))[lane];
    }

    private static void StoreNyquist<TVector, TLanes>(TVector* nyquist, float* re, float* im, int lanes, int half, int pitch)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        for (int lane = 0; lane < lanes; lane++)
        {
            re[(long)lane * pitch + half] = ((float*)nyquist)[lane];
            im[(long)lane * pitch + half] = 0f;
        }
    }
}
