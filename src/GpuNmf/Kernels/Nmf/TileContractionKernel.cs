using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Which factor a contraction is for: X is the same, seen from the frames or from the bins.</summary>
internal interface ISide
{
    /// <summary>True: rows are frames, the contraction runs over the bins and ends in the step of the activations.
    /// False: rows are bins, the contraction runs over the frames of a slice and ends in partial sums for the templates.</summary>
    static abstract bool UpdatesActivations { get; }
}

/// <summary>Rows are frames.</summary>
internal readonly struct ActivationSide : ISide
{
    public static bool UpdatesActivations => true;
}

/// <summary>Rows are bins.</summary>
internal readonly struct TemplateSide : ISide
{
    public static bool UpdatesActivations => false;
}

/// <summary>How the 128 threads of a group share a tile: <see cref="Components"/> components times row blocks of one register tile each.</summary>
internal interface ITileShape<TRows> where TRows : struct, IRegisterTile<TRows>
{
    /// <summary>Components a group covers side by side; a power of two up to 128.</summary>
    static abstract int Components { get; }

    /// <summary>Largest rank rounded up to 4 that the shape serves.</summary>
    static abstract int MaxRank { get; }
}

/// <summary>Ranks to 32: 32 components x 4 blocks of 8 rows.</summary>
internal readonly struct Shape32 : ITileShape<Pair<Quad, Quad>>
{
    public static int Components => 32;
    public static int MaxRank => 32;
}

/// <summary>Ranks to 64: 64 components x 2 blocks of 16 rows.</summary>
internal readonly struct Shape64 : ITileShape<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>>
{
    public static int Components => 64;
    public static int MaxRank => 64;
}

/// <summary>Ranks to 256: 128 components at a time x one block of 16 rows.</summary>
internal readonly struct Shape256 : ITileShape<Pair<Pair<Quad, Quad>, Pair<Quad, Quad>>>
{
    public static int Components => 128;
    public static int MaxRank => 256;
}

/// <summary>
/// The contraction of one side for ranks whose rows do not fit the registers of a thread. A group keeps a block of rows of one factor in shared memory, walks over the other factor
/// 32 entries at a time, forms W H of that tile with K in registers, passes the terms through shared memory and contracts them:
/// nothing of the size of X is ever stored.
/// </summary>
/// <remarks>
/// Templates [P][K'], activations [rows][K'], X [rows][P]; P and rows multiples of 32. Groups of exactly 128 threads. One launch for each
/// side: X is read twice an iteration. Sums: components upwards from epsilon; bins, or the frames of a slice, upwards.
/// Flops an element: 8K (beta 1), 12K (others), 4K (beta 2), both sides together.
/// </remarks>
internal static class TileContractionKernel
{
    internal const int Group = 128;

    /// <summary>Entries of the other factor a step.</summary>
    internal const int Inner = 32;

    /// <summary>Launch with (row blocks x models, 1) groups for the activations and (row blocks x models, slices) for the templates; models vary fastest.</summary>
    public static void Run<TRows, TShape, TDivergence, TSide, TPass>(PassArgs args)
        where TRows : struct, IRegisterTile<TRows>
        where TShape : struct, ITileShape<TRows>
        where TDivergence : IDivergence
        where TSide : ISide
        where TPass : IPass
    {
        int model = Grid.IdxX % args.ModelCount, rowBlock = Grid.IdxX / args.ModelCount, rowBlocks = Grid.DimX / args.ModelCount;
        args = args.Of<TDivergence>(model);
        int rows = 4 * TRows.Quads * (Group / TShape.Components);
        int termPitch = rows + 4;
        var own = SharedMemory.Allocate<FloatQuad>(TRows.Quads * (Group / TShape.Components) * TShape.MaxRank);
        var numeratorTerms = SharedMemory.Allocate<float>(Inner * (4 * TRows.Quads * (Group / TShape.Components) + 4));
        var denominatorTerms = SharedMemory.Allocate<float>(TDivergence.HasDenominator ? Inner * (4 * TRows.Quads * (Group / TShape.Components) + 4) : 1);
        var tile = new ContractionTile<TSide>(args, rows, rowBlock, termPitch, args.FirstSlice + Grid.IdxY);
        int thread = ILGPU.Group.IdxX;
        int component = thread % TShape.Components, block = thread / TShape.Components;
        var from = ContractionTile<TSide>.OwnFactor(args).Cast<FloatQuad>().SubView((long)tile.FirstRow * args.RankPitch / 4);
        var before = args.Activations.Cast<FloatQuad>();
        if (TSide.UpdatesActivations) before = before.SubView((long)tile.FirstRow * args.RankPitch / 4);
        for (int i = thread; i < rows * args.RankPitch / 4; i += Group)
        {
            Quad entries = Quad.Load(from, i);
            if (TSide.UpdatesActivations) entries = Quad.Extrapolate(entries, Quad.Load(before, i), args.Extrapolation);
            Quad.Store(own, i, entries);
        }
        ILGPU.Group.Barrier();

        TRows n0 = default, n1 = default, d0 = default, d1 = default;
        float loss = 0f;
        for (int inner = tile.FirstInner; inner < tile.EndInner; inner += Inner)
        {
            loss += FormTerms<TDivergence, TSide, TPass>(args, tile, inner, own, numeratorTerms, denominatorTerms);
            ILGPU.Group.Barrier();
            if (TSide.UpdatesActivations || TPass.AccumulatesTemplates)
            {
                var other = ContractionTile<TSide>.OtherFactor(args).SubView((long)inner * args.RankPitch + component);
                var numeratorRows = numeratorTerms.Cast<FloatQuad>().SubView(block * TRows.Quads);
                var denominatorRows = denominatorTerms.Cast<FloatQuad>();
                if (TDivergence.HasDenominator) denominatorRows = denominatorRows.SubView(block * TRows.Quads);
                bool second = TShape.MaxRank > TShape.Components && component + TShape.Components < args.RankPitch;
                for (int i = 0; i < Inner; i++)
                {
                    float a = component < args.RankPitch ? other[i * args.RankPitch] : 0f;
                    float b = second ? other[i * args.RankPitch + TShape.Components] : 0f;
                    TRows terms = TRows.Load(numeratorRows, i * (termPitch / 4));
                    n0 = TRows.Fma(n0, terms, a);
                    if (TShape.MaxRank > TShape.Components) n1 = TRows.Fma(n1, terms, b);
                    if (TDivergence.HasDenominator)
                    {
                        terms = TRows.Load(denominatorRows, i * (termPitch / 4));
                        d0 = TRows.Fma(d0, terms, a);
                        if (TShape.MaxRank > TShape.Components) d1 = TRows.Fma(d1, terms, b);
                    }
                }
            }
            ILGPU.Group.Barrier();
        }
        Finish<TRows, TShape, TDivergence, TSide, TPass>(args, tile, component, block, n0, d0, own.Cast<float>());
        if (TShape.MaxRank > TShape.Components)
            Finish<TRows, TShape, TDivergence, TSide, TPass>(args, tile, component + TShape.Components, block, n1, d1, own.Cast<float>());
        if (TPass.SumsLoss && !TSide.UpdatesActivations)
            GroupSum.Store(numeratorTerms, loss, args.Losses, (long)(args.FirstSlice + Grid.IdxY) * rowBlocks + rowBlock);
    }

    /// <summary>X of the tile into shared memory as it lies, then each thread turns its cells into terms: lane = entry, four rows at a time.</summary>
    private static float FormTerms<TDivergence, TSide, TPass>(
        PassArgs args, ContractionTile<TSide> tile, int inner, ArrayView<FloatQuad> own, ArrayView<float> numeratorTerms, ArrayView<float> denominatorTerms)
        where TDivergence : IDivergence
        where TSide : ISide
        where TPass : IPass
    {
        int thread = ILGPU.Group.IdxX, pitch = tile.TermPitch;
        for (int e = thread; e < tile.Rows * Inner; e += Group)
        {
            int row = TSide.UpdatesActivations ? e / Inner : e % tile.Rows;
            int entry = TSide.UpdatesActivations ? e % Inner : e / tile.Rows;
            numeratorTerms[entry * pitch + row] = TSide.UpdatesActivations
                ? args.X[(long)(tile.FirstRow + row) * args.Pitch + inner + entry]
                : args.X[(long)(inner + entry) * args.Pitch + tile.FirstRow + row];
        }
        bool needsLoss = TPass.SumsLoss && !TSide.UpdatesActivations;
        if (TDivergence.UsesGram && !needsLoss) return 0f;
        ILGPU.Group.Barrier();
        int lane = thread % Inner, quads = args.RankPitch / 4;
        var other = ContractionTile<TSide>.OtherFactor(args).Cast<FloatQuad>().SubView((long)(inner + lane) * quads);
        float loss = 0f;
        for (int row = 4 * (thread / Inner); row < tile.Rows; row += 4 * (Group / Inner))
        {
            var mine = own.SubView(row * quads);
            float v0 = args.Epsilon, v1 = args.Epsilon, v2 = args.Epsilon, v3 = args.Epsilon;
            for (int k = 0; k < quads; k++)
            {
                Quad b = Quad.Load(other, k);
                v0 = Quad.Dot(Quad.Load(mine, k), b, v0);
                v1 = Quad.Dot(Quad.Load(mine, k + quads), b, v1);
                v2 = Quad.Dot(Quad.Load(mine, k + 2 * quads), b, v2);
                v3 = Quad.Dot(Quad.Load(mine, k + 3 * quads), b, v3);
            }
            int at = lane * pitch + row;
            loss += Cell<TDivergence, TSide, TPass>(args, tile.FirstRow + row, at, v0, numeratorTerms, denominatorTerms);
            loss += Cell<TDivergence, TSide, TPass>(args, tile.FirstRow + row + 1, at + 1, v1, numeratorTerms, denominatorTerms);
            loss += Cell<TDivergence, TSide, TPass>(args, tile.FirstRow + row + 2, at + 2, v2, numeratorTerms, denominatorTerms);
            loss += Cell<TDivergence, TSide, TPass>(args, tile.FirstRow + row + 3, at + 3, v3, numeratorTerms, denominatorTerms);
        }
        return loss;
    }

    private static float Cell<TDivergence, TSide, TPass>(PassArgs args, int row, int at, float v, ArrayView<float> numeratorTerms, ArrayView<float> denominatorTerms)
        where TDivergence : IDivergence
        where TSide : ISide
        where TPass : IPass
    {
        float x = numeratorTerms[at];
        if (!TDivergence.UsesGram)
        {
            TDivergence.Terms(x, v, args.Beta, out float n, out float d);
            numeratorTerms[at] = n;
            if (TDivergence.HasDenominator) denominatorTerms[at] = d;
        }
        return TPass.SumsLoss && !TSide.UpdatesActivations && row < args.Bins ? TDivergence.Loss(x, v, args.Beta) : 0f;
    }

    private static void Finish<TRows, TShape, TDivergence, TSide, TPass>(
        PassArgs args, ContractionTile<TSide> tile, int component, int block, TRows numerator, TRows denominator, ArrayView<float> own)
        where TRows : struct, IRegisterTile<TRows>
        where TShape : struct, ITileShape<TRows>
        where TDivergence : IDivergence
        where TSide : ISide
        where TPass : IPass
    {
        if (component >= args.RankPitch) return;
        int row = 4 * TRows.Quads * block, rankPitch = args.RankPitch;
        if (TSide.UpdatesActivations)
        {
            if (TDivergence.UsesGram)
            {
                denominator = default;
                for (int j = 0; j < args.Rank; j++)
                    denominator = TRows.Fma(denominator, TRows.Gather(own, row * rankPitch + j, rankPitch), args.Sums.TemplateGram[component * rankPitch + j]);
            }
            else if (!TDivergence.HasDenominator)
            {
                denominator = TRows.Broadcast(args.Sums.TemplateSums[component]);
            }
            var next = TRows.Step(TRows.Gather(own, row * rankPitch + component, rankPitch), numerator, denominator, args.RuleOf<TDivergence>(component));
            TRows.Scatter(args.Activations.SubView((long)tile.FirstRow * rankPitch), row * rankPitch + component, rankPitch, next);
        }
        else if (TPass.AccumulatesTemplates)
        {
            long partial = (long)(args.FirstSlice + Grid.IdxY) * args.Pitch * rankPitch + (long)tile.FirstRow * rankPitch;
            TRows.Scatter(args.Sums.Numerators.SubView(partial), row * rankPitch + component, rankPitch, numerator);
            if (TDivergence.HasDenominator) TRows.Scatter(args.Sums.Denominators.SubView(partial), row * rankPitch + component, rankPitch, denominator);
        }
    }
}

/// <summary>Where a group's tile lies: its rows and the range of the other factor's entries.</summary>
internal readonly struct ContractionTile<TSide> where TSide : ISide
{
    public readonly int Rows;
    public readonly int TermPitch;
    public readonly int FirstRow;
    public readonly int FirstInner;
    public readonly int EndInner;

    public ContractionTile(PassArgs args, int rows, int block, int termPitch, int slice)
    {
        Rows = rows;
        TermPitch = termPitch;
        FirstRow = (TSide.UpdatesActivations ? args.FirstSlice * args.SliceFrames : 0) + block * rows;
        FirstInner = TSide.UpdatesActivations ? 0 : slice * args.SliceFrames;
        EndInner = TSide.UpdatesActivations ? args.Pitch : IntrinsicMath.Min(args.Frames, (slice + 1) * args.SliceFrames);
    }

    public static ArrayView<float> OwnFactor(PassArgs args) => TSide.UpdatesActivations ? args.ActivationsFrom : args.TemplatesToUpdate;

    public static ArrayView<float> OtherFactor(PassArgs args) => TSide.UpdatesActivations ? args.Templates : args.Activations;
}
