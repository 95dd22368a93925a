using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Stft;

/// <summary>
/// Samples to magnitudes or to the complex spectrum in tile form: a group a row, framing, window, real FFT and output in one launch up to
/// 8192 samples; above that the parts of a row go through scratch and a second launch adds them.
/// </summary>
/// <remarks>
/// Groups of the plan's threads. The N real samples of a frame are N/2 complex ones (even, odd), transformed and split.
/// </remarks>
internal static class TileStftKernel
{
    /// <summary>Launch with a group a row.</summary>
    public static void Whole<TPlan, TOutput>(StftArgs args)
        where TPlan : struct, IFftPlan
        where TOutput : IStftOutput
    {
        var shared = SharedMemory.Allocate<ComplexFloat>(TPlan.SharedLength);
        for (int c = 0; c < args.ChannelsOfARow; c++)
        {
            var frame = FrameInput<TPlan>.Of(args, shared, args.FirstRow + Grid.IdxX, c, 0, 1);
            TPlan.RunInPairs(shared, args.PassRoots, frame, BinWriter<TOutput>.Of(args, c));
            Group.Barrier();
        }
    }

    /// <summary>Part r of channel c of a row into scratch [row][c][R][4096]; launch with (rows, channels of a row * R) groups.</summary>
    public static void Part(StftArgs args)
    {
        var shared = SharedMemory.Allocate<ComplexFloat>(Fft4096.SharedLength);
        int parts = args.FftLength / (2 * FftPlans.MostPoints), c = Grid.IdxY / parts, part = Grid.IdxY % parts;
        var scratch = args.Scratch.Cast<ComplexFloat>().SubView((((long)Grid.IdxX * args.ChannelsOfARow + c) * parts + part) * FftPlans.MostPoints);
        Fft4096.Run(shared, args.PassRoots, FrameInput<Fft4096>.Of(args, shared, args.FirstRow + Grid.IdxX, c, part, parts), new FftParts.Output(scratch));
    }

    /// <summary>Adds the parts, splits and writes; launch with a group of any size a row, after <see cref="Part"/>.</summary>
    public static void Join<TOutput>(StftArgs args) where TOutput : IStftOutput
    {
        int half = args.FftLength / 2, parts = half / FftPlans.MostPoints;
        var roots = args.Twiddles.Cast<ComplexFloat>();
        for (int c = 0; c < args.ChannelsOfARow; c++)
        {
            var numbers = args.Scratch.Cast<ComplexFloat>().SubView(((long)Grid.IdxX * args.ChannelsOfARow + c) * half, half);
            var bins = BinWriter<TOutput>.Of(args, c);
            for (int k = Group.IdxX; k < half / 2; k += Group.DimX)
            {
                var mirror = FftParts.Combine(numbers, parts, (half - k) & (half - 1), roots);
                BinWriter<TOutput>.Write(BinWriter<TOutput>.At(bins, k, 0), 0, FftParts.Combine(numbers, parts, k, roots), mirror);
            }
            if (Group.IdxX == 0) BinWriter<TOutput>.WriteMiddle(bins, FftParts.Combine(numbers, parts, half / 2, roots));
        }
    }
}
