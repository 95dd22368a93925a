using GpuNmf.Kernels.Fft;
using ILGPU;
using ILGPU.Algorithms;

namespace GpuNmf.Kernels.Masking;

/// <summary>
/// From factors and spectrum to stems in tile form: mask sums and normalizers of a block; then frame by frame through memory, masked
/// inverse transform and overlap-add. Where frames are short, <see cref="TileSpanKernel"/> does the latter two in one launch.
/// </summary>
/// <remarks>Templates [P][K'], activations [rows][K']. Any group size where no other is named.</remarks>
internal static class TileStemKernels
{
    /// <summary>Largest share and scale of each cell; launch with a group a mask row.</summary>
    public static void MaskSums(StemArgs args)
    {
        int row = Grid.IdxX;
        var rule = MaskRule.Of(args);
        var h = args.Activations.SubView((args.FirstFrame * args.MasksOfAFrame + row) * args.RankPitch, args.RankPitch);
        for (int f = Group.IdxX; f < args.Bins; f += Group.DimX)
        {
            var w = args.Templates.SubView((long)f * args.RankPitch, args.RankPitch);
            float peak = 0f, sum = 0f;
            for (int k = 0; k < args.Components; k++) peak = XMath.Max(peak, w[k] * h[k]);
            for (int k = 0; k < args.Components; k++) sum += rule.Share(w[k] * h[k], peak);
            args.Peaks[(long)row * args.Pitch + f] = peak;
            args.Scales[(long)row * args.Pitch + f] = rule.Scale(peak, sum);
        }
    }

    /// <summary>What a sample's sum of frames is multiplied by: 2/N over the sum of their squared windows; launch with samples / group groups.</summary>
    public static void Normalizers(StemArgs args)
    {
        int sample = Grid.IdxX * Group.DimX + Group.IdxX;
        if (sample >= args.SampleCount) return;
        Compensated weight = default;
        int last = args.LastFrameOf(sample);
        for (int t = args.FirstFrameOf(sample); t <= last; t++)
        {
            float w = args.Window[sample - args.StartOf(t)];
            weight = weight.Plus(w * w);
        }
        args.Normalizers[sample] = 2f / args.FftLength / weight.Sum;
    }

    /// <summary>Masked spectrum to windowed frames up to 8192 samples; launch with (rows, components) groups of the plan's threads.</summary>
    public static void Inverse<TPlan, TReconstruction>(StemArgs args)
        where TPlan : struct, IFftPlan
        where TReconstruction : IReconstruction
    {
        var shared = SharedMemory.Allocate<ComplexFloat>(TPlan.SharedLength);
        MaskedSpectrum<TReconstruction>.Of(args, Grid.IdxX / args.Channels, Grid.IdxX % args.Channels, Grid.IdxY).Stage<TPlan>(shared);
        Group.Barrier();
        TPlan.FromShared(shared, args.PassRoots, WindowedFrame.Of(args));
    }

    /// <summary>Part r of a frame into scratch [component][row][R][4096]; launch with (rows, components, R) groups of the plan's threads.</summary>
    public static void InversePart<TReconstruction>(StemArgs args) where TReconstruction : IReconstruction
    {
        var shared = SharedMemory.Allocate<ComplexFloat>(Fft4096.SharedLength);
        int half = args.FftLength / 2, parts = half / FftPlans.MostPoints, part = Grid.IdxZ;
        var spectrum = MaskedSpectrum<TReconstruction>.Of(args, Grid.IdxX / args.Channels, Grid.IdxX % args.Channels, Grid.IdxY);
        for (int i = Group.IdxX; i < FftPlans.MostPoints; i += Group.DimX) shared[Fft4096.PlaceBefore(i)] = spectrum.Number(i * parts + part).Swapped;
        Group.Barrier();
        var scratch = args.Scratch.Cast<ComplexFloat>().SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * half + part * FftPlans.MostPoints);
        Fft4096.FromShared(shared, args.PassRoots, new FftParts.Output(scratch));
    }

    /// <summary>Adds the parts and windows; launch with (rows, components) groups, after <see cref="InversePart"/>.</summary>
    public static void InverseJoin(StemArgs args)
    {
        int half = args.FftLength / 2, parts = half / FftPlans.MostPoints;
        var numbers = args.Scratch.Cast<ComplexFloat>().SubView(((long)Grid.IdxY * Grid.DimX + Grid.IdxX) * half, half);
        var roots = args.Twiddles.Cast<ComplexFloat>();
        var frame = WindowedFrame.Of(args);
        for (int n = Group.IdxX; n < half; n += Group.DimX) WindowedFrame.Write(frame, n, FftParts.Combine(numbers, parts, n, roots));
    }

    /// <summary>Samples from windowed frames: each sums the frames that cover it, frames upwards; launch with (samples / group, channels, components) groups.</summary>
    public static void OverlapAdd(StemArgs args)
    {
        int sample = Grid.IdxX * Group.DimX + Group.IdxX, channel = Grid.IdxY, component = Grid.IdxZ;
        if (sample >= args.SampleCount) return;
        Compensated sum = default;
        int last = args.LastFrameOf(sample);
        for (int t = args.FirstFrameOf(sample); t <= last; t++)
            sum = sum.Plus(args.Frames[(((long)component * args.FrameCount + t) * args.Channels + channel) * args.FftLength + sample - args.StartOf(t)]);
        args.Output[((long)component * args.SampleCount + sample) * args.Channels + channel] = sum.Sum * args.Normalizers[sample];
    }
}
