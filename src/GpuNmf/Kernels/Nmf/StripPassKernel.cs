using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// One pass over X on the CPU accelerator: a group of one thread takes a slice of frames, a block of frames (<see cref="IStripBlock"/>) at a time, through the update of
/// the activations and the accumulation for the templates while their part of X is in the first cache.
/// </summary>
/// <remarks>
/// X [rows][P], templates [K][P], activations [rows][K'], K' the rank rounded up to 16; rows a multiple of 4, padding zero.
/// Every sum has one order: over components k upwards from epsilon; over bins in SIMD lanes, each upwards, then the lanes; over the
/// frames of a slice upwards. Bytes an element of X: 4 read. Flops an element: 8K (beta 1), 12K (others), 4K (beta 2).
/// </remarks>
internal static unsafe class StripPassKernel
{
    /// <summary>Rows of X come in multiples of this.</summary>
    internal const int FrameBlock = 4;

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
        int frames = TLanes.HasManyRegisters ? StripSixteenFrames.Frames : StripFourFrames.Frames;
        int plane = Math.Max(StripSixteenFrames.Frames * StripSixteenFrames.Bins, StripFourFrames.Frames * StripFourFrames.Bins);
        int cells = TPass.UpdatesActivations ? frames * args.RankPitch : 1;
        float* numeratorPlane = stackalloc float[plane + 16];
        float* denominatorPlane = stackalloc float[TDivergence.HasDenominator ? plane + 16 : 16];
        var numerators = stackalloc TVector[cells];
        var denominators = stackalloc TVector[TDivergence.HasDenominator ? cells : 1];
        float* start = stackalloc float[cells];
        var tile = new StripTile<TVector>
        {
            Start = start,
            NumeratorPlane = Aligned(numeratorPlane),
            DenominatorPlane = Aligned(denominatorPlane),
            Numerators = numerators,
            Denominators = denominators,
        };

        int first = slice * args.SliceFrames, end = Math.Min(args.Frames, first + args.SliceFrames);
        int frame = first;
        if (TLanes.HasManyRegisters && TDivergence.UsesGram)
            for (; end - frame > StripSixteenFrames.Frames - FrameBlock; frame += StripSixteenFrames.Frames)
                Block<TVector, TLanes, TDivergence, TPass, StripSixteenFrames, StripSixteenFrames>(args, slice, frame, end, tile);
        if (TLanes.HasManyRegisters)
            for (; end - frame > StripEightFrames.Frames - FrameBlock; frame += StripEightFrames.Frames)
                Block<TVector, TLanes, TDivergence, TPass, StripEightFrames, StripEightFrames>(args, slice, frame, end, tile);
        if (!TLanes.HasManyRegisters)
            for (; end - frame > StripFourTimesFour.Frames - FrameBlock; frame += StripFourTimesFour.Frames)
                Block<TVector, TLanes, TDivergence, TPass, StripFourFrames, StripFourTimesFour>(args, slice, frame, end, tile);
        for (; frame < end; frame += StripFourFrames.Frames)
            Block<TVector, TLanes, TDivergence, TPass, StripFourFrames, StripFourFrames>(args, slice, frame, end, tile);
    }

    /// <summary>
    /// As many frames of a slice, which ends before <paramref name="end"/>, as <typeparamref name="TSums"/> adds to the templates' sums together; their activations are
    /// updated as many at a time as <typeparamref name="TUpdate"/> takes, a divisor of it.
    /// </summary>
    private static void Block<TVector, TLanes, TDivergence, TPass, TUpdate, TSums>(in PassArgs args, int slice, int frame, int end, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
        where TUpdate : IStripBlock
        where TSums : IStripBlock
    {
        for (int f = frame; TPass.UpdatesActivations && f < frame + TSums.Frames; f += TUpdate.Frames)
            UpdateActivations<TVector, TLanes, TDivergence, TUpdate>(args, f, tile);
        AccumulateTemplates<TVector, TLanes, TDivergence, TPass, TSums>(args, slice, frame, frame + TSums.Frames < end, tile);
        if (!TPass.AccumulatesTemplates) return;
        for (int f = frame; f < frame + TSums.Frames; f += FrameBlock)
            StripTemplateSums.Add<TVector, TLanes, TDivergence>(args, slice, f, f == slice * args.SliceFrames);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UpdateActivations<TVector, TLanes, TDivergence, TBlock>(in PassArgs args, int frame, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TBlock : IStripBlock
    {
        float* x = args.X.Pointer() + (long)frame * args.Pitch;
        float* from = StripActivationStep.Start<TVector, TLanes>(args, frame, TBlock.Frames, tile.Start);
        float* templates = args.Templates.Pointer();
        int cells = TBlock.Frames * args.RankPitch;
        new Span<TVector>(tile.Numerators, cells).Clear();
        if (TDivergence.HasDenominator) new Span<TVector>(tile.Denominators, cells).Clear();

        for (int bin = 0; bin < args.Pitch; bin += TBlock.Bins)
        {
            int bins = Math.Min(TBlock.Bins, args.Pitch - bin);
            float* plane = x + bin;
            int stride = args.Pitch;
            if (!TDivergence.UsesGram)
            {
                TBlock.Form<TVector, TLanes, TDivergence, InnerPass>(args, x + bin, templates + bin, from, bins, tile, null);
                plane = tile.NumeratorPlane;
                stride = TBlock.Bins;
            }
            TBlock.OverBins<TVector, TLanes>(plane, stride, templates + bin, args.Pitch, args.Rank, bins, tile.Numerators);
            if (TDivergence.HasDenominator)
                TBlock.OverBins<TVector, TLanes>(tile.DenominatorPlane, TBlock.Bins, templates + bin, args.Pitch, args.Rank, bins, tile.Denominators);
        }
        StripActivationStep.Run<TVector, TLanes, TDivergence>(args, frame, TBlock.Frames, from, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AccumulateTemplates<TVector, TLanes, TDivergence, TPass, TBlock>(in PassArgs args, int slice, int frame, bool hasNext, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
        where TBlock : IStripBlock
    {
        float* x = args.X.Pointer() + (long)frame * args.Pitch;
        float* activations = args.Activations.Pointer() + (long)frame * args.RankPitch;
        float* templates = args.TemplatesToUpdate.Pointer();
        long partial = (long)slice * args.Lengths.Templates;
        bool isFirst = frame == slice * args.SliceFrames;
        bool forms = !TDivergence.UsesGram || TPass.SumsLoss;
        var losses = stackalloc TVector[TBlock.Frames];
        for (int f = 0; f < TBlock.Frames; f++) losses[f] = default;

        for (int bin = 0; bin < args.Pitch; bin += TBlock.Bins)
        {
            int bins = Math.Min(TBlock.Bins, args.Pitch - bin);
            float* plane = x + bin;
            int stride = args.Pitch;
            if (forms)
                TBlock.Form<TVector, TLanes, TDivergence, TPass>(args, x + bin, templates + bin, activations, bins, tile, losses);
            if (!TPass.AccumulatesTemplates) continue;
            if (!TDivergence.UsesGram)
            {
                plane = tile.NumeratorPlane;
                stride = TBlock.Bins;
            }
            float* next = hasNext ? x + bin + (long)TBlock.Frames * args.Pitch : null, numerators = args.Sums.Numerators.Pointer() + partial + bin;
            StripOverFrames.Add<TVector, TLanes>(plane, stride, activations, args.RankPitch, args.Rank, bins, numerators, args.Pitch, isFirst, next, TBlock.Frames);
            if (!TDivergence.HasDenominator) continue;
            float* denominators = args.Sums.Denominators.Pointer() + partial + bin;
            StripOverFrames.Add<TVector, TLanes>(tile.DenominatorPlane, TBlock.Bins, activations, args.RankPitch, args.Rank, bins, denominators, args.Pitch, isFirst, null, TBlock.Frames);
        }
        if (TPass.SumsLoss)
            for (int f = 0; f < TBlock.Frames; f++) args.Losses.Pointer()[frame + f] = TLanes.Sum(losses[f]);
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

/// <summary>What one thread keeps of a block of frames.</summary>
internal unsafe struct StripTile<TVector> where TVector : unmanaged
{
    /// <summary>Room for the extrapolated activations of a block of frames [frames][K'].</summary>
    public float* Start;

    /// <summary>x v^(beta-2) of a block of frames, a row of <see cref="IStripBlock.Bins"/> each.</summary>
    public float* NumeratorPlane;

    /// <summary>v^(beta-1), as the numerators.</summary>
    public float* DenominatorPlane;

    /// <summary>Running sums over the bins, [component][frame].</summary>
    public TVector* Numerators;

    /// <summary>As the numerators.</summary>
    public TVector* Denominators;
}
