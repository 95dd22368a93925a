using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The two contractions of X with a factor of any sign, for CUDA, OpenCL and simulated devices: a thread owns four components of a frame or of a bin.
/// They are for what is done a few times and not in every iteration, so nothing is kept on the chip but the four sums.
/// </summary>
/// <remarks>
/// X [rows][P], templates [P][K'], activations [rows][K'], K' a multiple of 4. Any group size. Bins upwards; frames of a slice upwards, then the
/// tree of <see cref="TileFactorKernels.ReduceSlices"/>. Flops an element of X: 2K'; X is read K'/4 times, all but one from the caches.
/// </remarks>
internal static class TileContractions
{
    /// <summary>Launch with a thread for every four components of a frame, from the frames of slice <see cref="ContractionArgs.FirstSlice"/> on.</summary>
    public static void OverBins(ContractionArgs args)
    {
        int quads = args.RankPitch / 4, entry = Grid.IdxX * Group.DimX + Group.IdxX;
        int frame = args.FirstSlice * args.SliceFrames + entry / quads, quad = entry % quads;
        if (frame >= args.EndFrame) return;
        var x = args.X.SubView(Offset.Of(frame, args.Pitch), args.Pitch);
        var templates = args.Templates.AsQuads().SubView(quad);
        var sum = new FloatQuad();
        for (int bin = 0; bin < args.Pitch; bin++) Add(ref sum, x[bin], templates[bin * quads]);
        args.Activations.AsQuads()[Offset.Of(frame, quads) + quad] = sum;
    }

    /// <summary>Launch with a thread for every four components of a bin, (groups, slices).</summary>
    public static void OverFrames(ContractionArgs args)
    {
        int quads = args.RankPitch / 4, entry = Grid.IdxX * Group.DimX + Group.IdxX;
        if (entry >= args.Pitch * quads) return;
        int bin = entry % args.Pitch, quad = entry / args.Pitch, slice = args.FirstSlice + Grid.IdxY, first = slice * args.SliceFrames;
        int frames = IntrinsicMath.Min(args.Frames - first, args.SliceFrames);
        var x = args.X.SubView(Offset.Of(first, args.Pitch) + bin);
        var activations = args.Activations.AsQuads().SubView(Offset.Of(first, quads) + quad);
        var sum = new FloatQuad();
        for (int frame = 0; frame < frames; frame++) Add(ref sum, x[frame * args.Pitch], activations[frame * quads]);
        args.Partials.AsQuads()[Offset.Of(slice, args.Pitch * quads) + bin * quads + quad] = sum;
    }

    private static void Add(ref FloatQuad sum, float x, FloatQuad factor)
    {
        sum.A += x * factor.A;
        sum.B += x * factor.B;
        sum.C += x * factor.C;
        sum.D += x * factor.D;
    }
}
