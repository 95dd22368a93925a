using GpuNmf.Kernels.Fft;
using ILGPU;

namespace GpuNmf.Kernels.Masking;

/// <summary>
/// Masked spectrum to samples in one launch: a group owns a span of samples of one component and channel and walks along the frames that
/// cover it. Each is transformed in shared memory and added to a ring of the N samples that still miss frames; a hop of finished samples
/// leaves the ring after each frame. Frames at the ends of a span are transformed by both neighbours.
/// </summary>
internal static class TileSpanKernel
{
    /// <summary>Samples of a span in transform lengths: a quarter of the transforms, less a hop's, is made twice.</summary>
    internal const int SpanLengths = 4;

    /// <summary>Launch with (spans, channels, components) groups of the plan's threads.</summary>
    public static void Run<TPlan, TReconstruction>(StemArgs args)
        where TPlan : struct, IFftPlan
        where TReconstruction : IReconstruction
    {
        var shared = SharedMemory.Allocate<ComplexFloat>(TPlan.SharedLength);
        var ring = new SampleRing<TPlan>(SharedMemory.Allocate<Compensated>(2 * TPlan.Points));
        int first = Grid.IdxX * SpanLengths * args.FftLength, end = first + SpanLengths * args.FftLength;
        end = end < args.SampleCount ? end : args.SampleCount;
        var output = args.Output.SubView((long)Grid.IdxZ * args.SampleCount * args.Channels + Grid.IdxY);
        var normalizers = args.Normalizers;
        ring.Clear();
        int lastFrame = args.LastFrameOf(end - 1);
        for (int t = args.FirstFrameOf(first); t <= lastFrame; t++)
        {
            MaskedSpectrum<TReconstruction>.Of(args, t, Grid.IdxY, Grid.IdxZ).Stage<TPlan>(shared);
            Group.Barrier();
            int start = args.StartOf(t);
            TPlan.FromShared(shared, args.PassRoots, RingFrame<TPlan>.Of(ring, args.Window, start));
            Group.Barrier();
            int finished = t < lastFrame ? start + args.HopLength : start + args.FftLength;
            for (int sample = start + Group.IdxX; sample < finished; sample += TPlan.Threads)
            {
                float sum = ring.Take(sample);
                if (sample >= first && sample < end) output[sample * args.Channels] = sum * normalizers[sample];
            }
        }
    }
}
