using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The two contractions of X with a factor of any sign on the CPU accelerator; a group of one thread takes a slice of frames.
/// </summary>
/// <remarks>
/// X [rows][P], templates [K][P], activations [rows][K'], K' a multiple of 16. Over the bins: SIMD lanes, each upwards, then the lanes. Over the
/// frames of a slice: upwards; then the tree of <see cref="StripSliceTree"/>. Bytes an element of X: 4 read. Flops an element: 2K.
/// </remarks>
internal static unsafe class StripContractions
{
    /// <summary>Launch with one group of one thread a slice.</summary>
    public static void OverBins<TVector, TLanes>(ContractionArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        ProjectSlice<TVector, TLanes>(args, args.FirstSlice + Grid.IdxX);

    /// <summary>As <see cref="OverBins"/>.</summary>
    public static void OverFrames<TVector, TLanes>(ContractionArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        SumSlice<TVector, TLanes>(args, args.FirstSlice + Grid.IdxX);

    /// <summary>The sum over the slices; launch with one group of one thread a component.</summary>
    public static void Tree<TVector, TLanes>(ContractionArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        ReduceComponent<TVector, TLanes>(args, Grid.IdxX);

    [External("project_slice")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ProjectSlice<TVector, TLanes>(ContractionArgs args, int slice) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        var sums = stackalloc TVector[StripEightFrames.Frames * args.RankPitch];
        int frame = slice * args.SliceFrames, end = Math.Min(args.Frames, frame + args.SliceFrames);
        if (TLanes.HasManyRegisters)
            for (; end - frame > StripEightFrames.Frames - StripPassKernel.FrameBlock; frame += StripEightFrames.Frames)
                Project<TVector, TLanes, StripEightFrames>(args, frame, sums);
        for (; frame < end; frame += StripFourFrames.Frames) Project<TVector, TLanes, StripFourFrames>(args, frame, sums);
    }

    private static void Project<TVector, TLanes, TBlock>(in ContractionArgs args, int frame, TVector* sums)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TBlock : IStripBlock
    {
        float* x = args.X.Pointer() + (long)frame * args.Pitch;
        float* to = args.Activations.Pointer() + (long)frame * args.RankPitch;
        new Span<TVector>(sums, TBlock.Frames * args.RankPitch).Clear();
        for (int bin = 0; bin < args.Pitch; bin += TBlock.Bins)
            TBlock.OverBins<TVector, TLanes>(x + bin, args.Pitch, args.Templates.Pointer() + bin, args.Pitch, args.Rank, Math.Min(TBlock.Bins, args.Pitch - bin), sums);
        for (int f = 0; f < TBlock.Frames; f++)
            for (int k = 0; k < args.RankPitch; k += TLanes.Count)
                TLanes.Store(TLanes.SumEach(sums + TBlock.Frames * k + f, TBlock.Frames), to + f * args.RankPitch + k);
    }

    [External("sum_slice")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumSlice<TVector, TLanes>(ContractionArgs args, int slice) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int first = slice * args.SliceFrames, end = Math.Min(args.Frames, first + args.SliceFrames);
        for (int frame = first; frame < end;)
        {
            int frames = end - frame > StripSixteenFrames.Frames - StripPassKernel.FrameBlock ? StripSixteenFrames.Frames : StripFourFrames.Frames;
            float* x = args.X.Pointer() + (long)frame * args.Pitch;
            float* activations = args.Activations.Pointer() + (long)frame * args.RankPitch;
            for (int bin = 0; bin < args.Pitch; bin += StripEightFrames.Bins)
            {
                float* next = frame + frames < end ? x + bin + (long)frames * args.Pitch : null;
                StripOverFrames.Add<TVector, TLanes>(
                    x + bin, args.Pitch, activations, args.RankPitch, args.Rank, Math.Min(StripEightFrames.Bins, args.Pitch - bin),
                    args.Partials.Pointer() + (long)slice * args.TemplateLength + bin, args.Pitch, frame == first, next, frames);
            }
            frame += frames;
        }
    }

    [External("reduce_component")]
    private static void ReduceComponent<TVector, TLanes>(ContractionArgs args, int k) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        StripSliceTree.Reduce<TVector, TLanes>(args.Partials.Pointer() + (long)k * args.Pitch, args.TemplateLength, args.Slices, args.Pitch);
}
