using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Stft;

/// <summary>
/// Samples to magnitudes or to the complex spectrum in tile form: a group a row, framing, window, real FFT in shared memory and output in
/// one launch up to 8192 samples; above that the parts of a row go through scratch and a second launch adds them.
/// </summary>
/// <remarks>Any group size. The N real samples of a frame are N/2 complex ones (even, odd), transformed and split.</remarks>
internal static class TileStftKernel
{
    /// <summary>Launch with a group a row.</summary>
    public static void Whole<TCapacity, TOutput>(StftArgs args)
        where TCapacity : struct, IFftCapacity
        where TOutput : IStftOutput
    {
        var re = SharedMemory.Allocate<float>(TCapacity.Points);
        var im = SharedMemory.Allocate<float>(TCapacity.Points);
        int row = Grid.IdxX, half = args.FftLength / 2;
        for (int c = 0; c < args.ChannelsOfARow; c++)
        {
            Load(args, args.FirstRow + row, c, 0, 1, half, re, im);
            TileFft.Run(re, im, half, args.Twiddles, args.FftLength);
            for (int k = Group.IdxX; k <= half / 2; k += Group.DimX)
            {
                int mirror = (half - k) & (half - 1);
                Write<TOutput>(args, row, k, re[k], im[k], re[mirror], im[mirror], c);
            }
            Group.Barrier();
        }
    }

    /// <summary>Part r of channel c of a row into scratch [row][c][re, im][R][4096]; launch with (rows, channels of a row * R) groups.</summary>
    public static void Part(StftArgs args)
    {
        var re = SharedMemory.Allocate<float>(TileFft.PartPoints);
        var im = SharedMemory.Allocate<float>(TileFft.PartPoints);
        int row = Grid.IdxX, half = args.FftLength / 2, parts = half / TileFft.PartPoints, c = Grid.IdxY / parts, part = Grid.IdxY % parts;
        Load(args, args.FirstRow + row, c, part, parts, TileFft.PartPoints, re, im);
        TileFft.Run(re, im, TileFft.PartPoints, args.Twiddles, args.FftLength);
        var scratch = args.Scratch.SubView(((long)row * args.ChannelsOfARow + c) * args.FftLength + part * TileFft.PartPoints);
        for (int i = Group.IdxX; i < TileFft.PartPoints; i += Group.DimX)
        {
            scratch[i] = re[i];
            scratch[half + i] = im[i];
        }
    }

    /// <summary>Adds the parts, splits and writes; launch with a group a row, after <see cref="Part"/>.</summary>
    public static void Join<TOutput>(StftArgs args) where TOutput : IStftOutput
    {
        int row = Grid.IdxX, half = args.FftLength / 2, parts = half / TileFft.PartPoints;
        for (int c = 0; c < args.ChannelsOfARow; c++)
        {
            var re = args.Scratch.SubView(((long)row * args.ChannelsOfARow + c) * args.FftLength, args.FftLength);
            var im = re.SubView(half);
            for (int k = Group.IdxX; k <= half / 2; k += Group.DimX)
            {
                TileFft.Combine(re, im, parts, k, args.Twiddles, args.FftLength, out float zRe, out float zIm);
                TileFft.Combine(re, im, parts, (half - k) & (half - 1), args.Twiddles, args.FftLength, out float yRe, out float yIm);
                Write<TOutput>(args, row, k, zRe, zIm, yRe, yIm, c);
            }
        }
    }

    /// <summary>Windowed samples part, part + parts, ... as complex numbers at their bit-reversed places.</summary>
    private static void Load(StftArgs args, long row, int channel, int part, int parts, int points, ArrayView<float> re, ArrayView<float> im)
    {
        int log = TileFft.Log2(points);
        int channelOfRow = (int)(row % args.RowsOfAFrame) + channel;
        long start = row / args.RowsOfAFrame * args.HopLength - args.Lead;
        var samples = args.Samples.SubView(channelOfRow * args.SampleStride, args.Length);
        for (int i = Group.IdxX; i < points; i += Group.DimX)
        {
            int n = 2 * (i * parts + part), to = TileFft.BitReversed(i, log);
            long even = SampleIndex.At(start + n, args.Length, args.Reflect), odd = SampleIndex.At(start + n + 1, args.Length, args.Reflect);
            re[to] = even < 0 ? 0f : samples[even] * args.Window[n];
            im[to] = odd < 0 ? 0f : samples[odd] * args.Window[n + 1];
        }
    }

    /// <summary>Bins k and N/2 - k from numbers z = Z[k] and y = Z[N/2 - k] of the half-length transform: E + w O and conj(E - w O).</summary>
    private static void Write<TOutput>(StftArgs args, int row, int k, float zRe, float zIm, float yRe, float yIm, int channel) where TOutput : IStftOutput
    {
        int half = args.FftLength / 2;
        float eRe = 0.5f * (zRe + yRe), eIm = 0.5f * (zIm - yIm), oRe = 0.5f * (zIm + yIm), oIm = 0.5f * (yRe - zRe);
        float c = args.Twiddles[2 * k], s = args.Twiddles[2 * k + 1];
        float rRe = oRe * c - oIm * s, rIm = oRe * s + oIm * c;
        long to = (long)(args.OutputRow + row) * args.Pitch;
        if (TOutput.IsSpectrum)
        {
            args.Output[to + k] = eRe + rRe;
            args.Imaginary[to + k] = k == 0 ? 0f : eIm + rIm;
            args.Output[to + half - k] = eRe - rRe;
            args.Imaginary[to + half - k] = k == 0 ? 0f : rIm - eIm;
        }
        else
        {
            AddPower(args, to + k, eRe + rRe, eIm + rIm, channel);
            if (k != half - k) AddPower(args, to + half - k, eRe - rRe, rIm - eIm, channel);
        }
    }

    /// <summary>The same thread meets the same bin of every channel, so the running power may wait in the output.</summary>
    private static void AddPower(StftArgs args, long to, float re, float im, int channel)
    {
        float power = re * re + im * im + (channel == 0 ? 0f : args.Output[to]);
        args.Output[to] = channel == args.ChannelsOfARow - 1 ? XMath.Sqrt(power * (1f / args.ChannelsOfARow)) : power;
    }
}
