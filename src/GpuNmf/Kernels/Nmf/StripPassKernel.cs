using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// One pass over X on the CPU accelerator: a group of one thread takes a slice of frames, four frames at a time, through the update of
/// the activations and the accumulation for the templates while their part of X is in the first cache.
/// </summary>
/// <remarks>
/// X [rows][P], templates [K][P], activations [rows][K'], K' the rank rounded up to 16; rows a multiple of 4, padding zero.
/// Every sum has one order: over components k upwards from epsilon; over bins in SIMD lanes, each upwards, then the lanes; over the
/// frames of a slice upwards. Bytes an element of X: 4 read. Flops an element: 8K (beta 1), 12K (others), 4K (beta 2).
/// </remarks>
internal static unsafe class StripPassKernel
{
    /// <summary>Frames taken together: each vector of a template is loaded once for the four.</summary>
    internal const int FrameBlock = 4;

    /// <summary>Bins of which the terms of four frames are kept at a time (17 KB a plane, inside the first cache).</summary>
    internal const int BinBlock = 1056;

    /// <summary>Launch with a group of one thread for each multiprocessor; they take slices as they come.</summary>
    public static void Run<TVector, TLanes, TDivergence, TPass>(StripPassArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass =>
        Slices<TVector, TLanes, TDivergence, TPass>(args.Pass, args.Progress, 0, args.Slices);

    /// <summary>Slices of all models of a launch. The models of a slice follow one another, so that they share X in the caches.</summary>
    [External("strip_pass")]
    internal static void Slices<TVector, TLanes, TDivergence, TPass>(PassArgs args, ArrayView<int> progress, int phase, int slices)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        var work = new StripWork(progress, phase, slices * args.ModelCount);
        while (work.Take(out int piece))
        {
            Slice<TVector, TLanes, TDivergence, TPass>(args, piece);
            work.Finish();
        }
        work.Await();
    }

    /// <summary>Slice and model number <paramref name="index"/> of a launch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Slice<TVector, TLanes, TDivergence, TPass>(PassArgs batch, int index)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        int slice = batch.FirstSlice + index / batch.ModelCount;
        PassArgs args = batch.Of<TDivergence>(index % batch.ModelCount);
        float* numeratorPlane = stackalloc float[FrameBlock * BinBlock + 16];
        float* denominatorPlane = stackalloc float[TDivergence.HasDenominator ? FrameBlock * BinBlock + 16 : 16];
        var numerators = stackalloc TVector[TPass.UpdatesActivations ? FrameBlock * args.RankPitch : 1];
        var denominators = stackalloc TVector[TPass.UpdatesActivations && TDivergence.HasDenominator ? FrameBlock * args.RankPitch : 1];
        float* start = stackalloc float[TPass.UpdatesActivations ? FrameBlock * args.RankPitch : 1];
        var tile = new StripTile<TVector>
        {
            Start = start,
            NumeratorPlane = Aligned(numeratorPlane),
            DenominatorPlane = Aligned(denominatorPlane),
            Numerators = numerators,
            Denominators = denominators,
        };

        int first = slice * args.SliceFrames, end = Math.Min(args.Frames, first + args.SliceFrames);
        for (int frame = first; frame < end; frame += FrameBlock)
        {
            if (TPass.UpdatesActivations) UpdateActivations<TVector, TLanes, TDivergence>(args, frame, tile);
            AccumulateTemplates<TVector, TLanes, TDivergence, TPass>(args, slice, frame, frame + FrameBlock < end, tile);
            if (TPass.AccumulatesTemplates) StripTemplateSums.Add<TVector, TLanes, TDivergence>(args, slice, frame, frame == first);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateActivations<TVector, TLanes, TDivergence>(in PassArgs args, int frame, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        float* x = args.X.Pointer() + (long)frame * args.Pitch;
        float* from = StripActivationStep.Start<TVector, TLanes>(args, frame, tile.Start);
        float* templates = args.Templates.Pointer();
        int cells = FrameBlock * args.RankPitch;
        new Span<TVector>(tile.Numerators, cells).Clear();
        if (TDivergence.HasDenominator) new Span<TVector>(tile.Denominators, cells).Clear();

        for (int bin = 0; bin < args.Pitch; bin += BinBlock)
        {
            int bins = Math.Min(BinBlock, args.Pitch - bin);
            float* plane = x + bin;
            int stride = args.Pitch;
            if (!TDivergence.UsesGram)
            {
                StripTerms.Form<TVector, TLanes, TDivergence, InnerPass>(args, x + bin, templates + bin, from, bins, tile, null);
                plane = tile.NumeratorPlane;
                stride = BinBlock;
            }
            StripContraction.OverBins<TVector, TLanes>(plane, stride, templates + bin, args.Pitch, args.Rank, bins, tile.Numerators);
            if (TDivergence.HasDenominator)
                StripContraction.OverBins<TVector, TLanes>(tile.DenominatorPlane, BinBlock, templates + bin, args.Pitch, args.Rank, bins, tile.Denominators);
        }
        StripActivationStep.Run<TVector, TLanes, TDivergence>(args, frame, from, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateTemplates<TVector, TLanes, TDivergence, TPass>(in PassArgs args, int slice, int frame, bool hasNext, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        float* x = args.X.Pointer() + (long)frame * args.Pitch;
        float* activations = args.Activations.Pointer() + (long)frame * args.RankPitch;
        float* templates = args.TemplatesToUpdate.Pointer();
        long partial = (long)slice * args.Lengths.Templates;
        bool isFirst = frame == slice * args.SliceFrames;
        var losses = stackalloc TVector[FrameBlock];
        for (int f = 0; f < FrameBlock; f++) losses[f] = default;

        for (int bin = 0; bin < args.Pitch; bin += BinBlock)
        {
            int bins = Math.Min(BinBlock, args.Pitch - bin);
            float* plane = x + bin;
            int stride = args.Pitch;
            if (!TDivergence.UsesGram || TPass.SumsLoss)
                StripTerms.Form<TVector, TLanes, TDivergence, TPass>(args, x + bin, templates + bin, activations, bins, tile, losses);
            if (!TPass.AccumulatesTemplates) continue;
            if (!TDivergence.UsesGram)
            {
                plane = tile.NumeratorPlane;
                stride = BinBlock;
            }
            StripContraction.OverFrames<TVector, TLanes>(plane, stride, activations, args.RankPitch, args.Rank, bins, args.Sums.Numerators.Pointer() + partial + bin, args.Pitch, isFirst,
                hasNext ? x + bin + (long)FrameBlock * args.Pitch : null);
            if (TDivergence.HasDenominator)
                StripContraction.OverFrames<TVector, TLanes>(tile.DenominatorPlane, BinBlock, activations, args.RankPitch, args.Rank, bins, args.Sums.Denominators.Pointer() + partial + bin, args.Pitch, isFirst, null);
        }
        if (TPass.SumsLoss)
            for (int f = 0; f < FrameBlock; f++) args.Losses.Pointer()[frame + f] = TLanes.Sum(losses[f]);
    }

    private static float* Aligned(float* pointer) => (float*)(((nint)pointer + 63) & ~(nint)63);
}

/// <summary>A pass, or a part of it, in one launch.</summary>
internal struct StripPassArgs
{
    public PassArgs Pass;

    /// <summary>Slices from <see cref="PassArgs.FirstSlice"/> on.</summary>
    public int Slices;

    /// <summary>How far the groups are, zero at the start (<see cref="StripWork"/>).</summary>
    public ArrayView<int> Progress;
}

/// <summary>What one thread keeps of four frames.</summary>
internal unsafe struct StripTile<TVector> where TVector : unmanaged
{
    /// <summary>Room for the extrapolated activations of four frames [4][K'].</summary>
    public float* Start;

    /// <summary>x v^(beta-2) of four frames, a row of <see cref="StripPassKernel.BinBlock"/> each.</summary>
    public float* NumeratorPlane;

    /// <summary>v^(beta-1), as the numerators.</summary>
    public float* DenominatorPlane;

    /// <summary>Running sums over the bins, [component][frame].</summary>
    public TVector* Numerators;

    /// <summary>As the numerators.</summary>
    public TVector* Denominators;
}
