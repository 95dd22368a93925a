using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Masking;

/// <summary>From factors and spectrum to stems in tile form: mask sums, masked inverse transform, overlap-add.</summary>
/// <remarks>Any group size. Templates [P][K'], activations [rows][K'].</remarks>
internal static class TileStemKernels
{
    /// <summary>Largest share and scale of each cell; launch with a group a mask row.</summary>
    public static void MaskSums(StemArgs args)
    {
        int row = Grid.IdxX;
        var h = args.Activations.SubView((args.FirstFrame * args.MasksOfAFrame + row) * args.RankPitch, args.RankPitch);
        for (int f = Group.IdxX; f < args.Bins; f += Group.DimX)
        {
            var w = args.Templates.SubView((long)f * args.RankPitch, args.RankPitch);
            float peak = 0f, sum = 0f;
            for (int k = 0; k < args.Components; k++) peak = XMath.Max(peak, w[k] * h[k]);
            for (int k = 0; k < args.Components; k++) sum += Share(w[k] * h[k], peak, args.MaskPower);
            args.Peaks[(long)row * args.Pitch + f] = peak;
            args.Scales[(long)row * args.Pitch + f] = peak > 0f ? 1f / sum : 0f;
        }
    }

    /// <summary>Masked spectrum to windowed frames up to 8192 samples; launch with (rows, components) groups.</summary>
    public static void Inverse<TCapacity, TReconstruction>(StemArgs args)
        where TCapacity : struct, IFftCapacity
        where TReconstruction : IReconstruction
    {
        var re = SharedMemory.Allocate<float>(TCapacity.Points);
        var im = SharedMemory.Allocate<float>(TCapacity.Points);
        int half = args.FftLength / 2;
        Load<TReconstruction>(args, 0, 1, half, re, im);
        TileFft.Run(re, im, half, args.Twiddles, args.FftLength);
        for (int n = Group.IdxX; n < half; n += Group.DimX) StoreSamples(args, n, re[n], im[n]);
    }

    /// <summary>Part r of a frame into scratch [component][row][re, im][R][4096]; launch with (rows, components, R) groups.</summary>
    public static void InversePart<TReconstruction>(StemArgs args) where TReconstruction : IReconstruction
    {
        var re = SharedMemory.Allocate<float>(TileFft.PartPoints);
        var im = SharedMemory.Allocate<float>(TileFft.PartPoints);
        int half = args.FftLength / 2, parts = half / TileFft.PartPoints, part = Grid.IdxZ;
        Load<TReconstruction>(args, part, parts, TileFft.PartPoints, re, im);
        TileFft.Run(re, im, TileFft.PartPoints, args.Twiddles, args.FftLength);
        var scratch = args.Scratch.SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * args.FftLength + part * TileFft.PartPoints);
        for (int i = Group.IdxX; i < TileFft.PartPoints; i += Group.DimX)
        {
            scratch[i] = re[i];
            scratch[half + i] = im[i];
        }
    }

    /// <summary>Adds the parts and windows; launch with (rows, components) groups, after <see cref="InversePart"/>.</summary>
    public static void InverseJoin(StemArgs args)
    {
        int half = args.FftLength / 2, parts = half / TileFft.PartPoints;
        var re = args.Scratch.SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * args.FftLength, args.FftLength);
        var im = re.SubView(half);
        for (int n = Group.IdxX; n < half; n += Group.DimX)
        {
            TileFft.Combine(re, im, parts, n, args.Twiddles, args.FftLength, out float a, out float b);
            StoreSamples(args, n, a, b);
        }
    }

    /// <summary>Samples from windowed frames: each sums the frames that cover it, frames upwards; launch with (samples / group, channels, components) groups.</summary>
    public static void OverlapAdd(StemArgs args)
    {
        int sample = Grid.IdxX * Group.DimX + Group.IdxX, channel = Grid.IdxY, component = Grid.IdxZ;
        if (sample >= args.SampleCount) return;
        long position = args.FirstSample + sample + args.Lead;
        long last = position / args.HopLength - args.FirstFrame;
        long first = position < args.FftLength ? 0 : (position - args.FftLength) / args.HopLength + 1;
        first = first < args.FirstFrame ? 0 : first - args.FirstFrame;
        last = last < args.FrameCount ? last : args.FrameCount - 1;
        float sum = 0f, sumLost = 0f, weight = 0f, weightLost = 0f;
        for (long t = first; t <= last; t++)
        {
            int n = (int)(position - (args.FirstFrame + t) * args.HopLength);
            float w = args.Window[n];
            AddCompensated(ref sum, ref sumLost, args.Frames[(((long)component * args.FrameCount + t) * args.Channels + channel) * args.FftLength + n]);
            AddCompensated(ref weight, ref weightLost, w * w);
        }
        args.Output[((long)component * args.Channels + channel) * args.SampleCount + sample] = sum / weight;
    }

    /// <summary>Kahan's sum: at a hop of a few samples thousands of frames cover a sample.</summary>
    private static void AddCompensated(ref float sum, ref float lost, float value)
    {
        float corrected = value - lost, next = sum + corrected;
        lost = next - sum - corrected;
        sum = next;
    }

    /// <summary>
    /// The half-length inverse transform's input, real and imaginary parts swapped (which turns the forward transform into the inverse one):
    /// Z = E + i O, E = (X[k] + conj X[N/2-k]) / 2, O = (X[k] - conj X[N/2-k]) conj(w^k) / 2.
    /// </summary>
    private static void Load<TReconstruction>(StemArgs args, int part, int parts, int points, ArrayView<float> re, ArrayView<float> im)
        where TReconstruction : IReconstruction
    {
        int log = TileFft.Log2(points), half = args.FftLength / 2;
        for (int i = Group.IdxX; i < points; i += Group.DimX)
        {
            int k = i * parts + part, to = TileFft.BitReversed(i, log);
            Bin<TReconstruction>(args, k, out float aRe, out float aIm);
            Bin<TReconstruction>(args, half - k, out float bRe, out float bIm);
            if (k == 0)
            {
                // The first and last bin of a real signal are real.
                aIm = 0f;
                bIm = 0f;
            }
            float eRe = 0.5f * (aRe + bRe), eIm = 0.5f * (aIm - bIm), dRe = 0.5f * (aRe - bRe), dIm = 0.5f * (aIm + bIm);
            float c = args.Twiddles[2 * k], s = -args.Twiddles[2 * k + 1];
            float oRe = dRe * c - dIm * s, oIm = dRe * s + dIm * c;
            re[to] = eIm + oRe;
            im[to] = eRe - oIm;
        }
    }

    /// <summary>One bin of this group's component and row.</summary>
    private static void Bin<TReconstruction>(StemArgs args, int f, out float re, out float im) where TReconstruction : IReconstruction
    {
        int row = Grid.IdxX, frame = row / args.Channels, k = args.FirstComponent + Grid.IdxY;
        long mask = (long)frame * args.MasksOfAFrame + (args.MasksOfAFrame == 1 ? 0 : row % args.Channels);
        float own = args.Templates[(long)f * args.RankPitch + k] * args.Activations[(args.FirstFrame * args.MasksOfAFrame + mask) * args.RankPitch + k];
        float real = args.Real[(long)row * args.Pitch + f], imaginary = args.Imaginary[(long)row * args.Pitch + f];
        if (TReconstruction.IsMask)
        {
            float peak = args.Peaks[mask * args.Pitch + f];
            float gain = peak > 0f ? Share(own, peak, args.MaskPower) * args.Scales[mask * args.Pitch + f] : 1f / args.Components;
            re = real * gain;
            im = imaginary * gain;
        }
        else
        {
            float length = XMath.Sqrt(real * real + imaginary * imaginary);
            re = own * (length > 0f ? real / length : 1f);
            im = own * (length > 0f ? imaginary / length : 0f);
        }
    }

    /// <summary>Samples 2n and 2n + 1 of the frame; the swapped parts are swapped back.</summary>
    private static void StoreSamples(StemArgs args, int n, float re, float im)
    {
        var frame = args.Frames.SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * args.FftLength, args.FftLength);
        float scale = 2f / args.FftLength;
        frame[2 * n] = im * scale * args.Window[2 * n];
        frame[2 * n + 1] = re * scale * args.Window[2 * n + 1];
    }

    /// <summary>(w h / peak)^a, 0 where the peak is 0.</summary>
    private static float Share(float own, float peak, float power)
    {
        float share = peak > 0f ? own / peak : 0f;
        return power == 1f ? share : share > 0f ? XMath.Exp(power * XMath.Log(share)) : 0f;
    }
}
