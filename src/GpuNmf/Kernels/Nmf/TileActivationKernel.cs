using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The activations' half for ranks above 12: a thread (or a pair of lanes) owns two frames with H and the sums in registers, and the group
/// walks along the bins, eight at a time, with X and the templates of the eight in shared memory.
/// </summary>
/// <remarks>
/// X [rows][P], templates [P][K'], activations [rows][K'], K' = 4 Quads times the threads of a share. Groups of 64 threads times the same;
/// launch with (blocks of 128 frames x models, parts of the bins), models fastest. One part ends in the step, several in partial sums in
/// the place of the slices' numerators, for <see cref="Finish"/>. Sums: components upwards from epsilon (a share: its parts, then their sum);
/// bins of a part upwards. Bytes an element: 4. Flops: 4K (beta 1), 6K (others), 2K (beta 2).
/// </remarks>
internal static class TileActivationKernel
{
    /// <summary>Frames of a group.</summary>
    internal const int Frames = 2 * RowPairs.OfAGroup;

    /// <summary>Quads between the rows of the X tile: an odd number, so that rows meet different banks.</summary>
    private const int TilePitch = 3;

    private const int XTile = Frames * TilePitch;

    public static void Run<TTile, TDivergence, TShare>(PassArgs args)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TShare : struct, IRankShare
    {
        var cells = SharedMemory.Allocate<FloatQuad>(2 * XTile);
        var templates = SharedMemory.Allocate<FloatQuad>(2 * RowPairs.Entries * TTile.Quads * TShare.Threads);
        // The sums of half the frames on their way to the step; before the loop, H_ext, which would else be extrapolated anew in every tile: what
        // was read back from shared memory stays in its register. So does epsilon, which as an argument costs an instruction at each use.
        var sums = SharedMemory.Allocate<FloatQuad>(RowPairs.OfAGroup * TTile.Quads * TShare.Threads);
        var denominators = SharedMemory.Allocate<FloatQuad>(TDivergence.HasDenominator ? RowPairs.OfAGroup * TTile.Quads * TShare.Threads : 1);
        var constants = SharedMemory.Allocate<float>(1);
        int thread = Group.IdxX, part = TShare.PartOf(thread), row = TShare.RowOf(thread);
        int firstFrame = args.FirstSlice * args.SliceFrames + Grid.IdxX / args.ModelCount * Frames;
        args = args.Of<TDivergence>(Grid.IdxX % args.ModelCount);
        int tiles = args.Pitch / RowPairs.Entries, tilesOfAPart = (tiles + Grid.DimY - 1) / Grid.DimY;
        int tile = Grid.IdxY * tilesOfAPart, end = IntrinsicMath.Min(tiles, tile + tilesOfAPart);
        if (thread == 0) constants[0] = args.Epsilon;
        int at = row * TTile.Quads * TShare.Threads + part * TTile.Quads;
        var h = Load<TTile, TShare>(args, firstFrame + row, part);
        TTile.Store(sums, at, h.A);

        int quads = args.Pitch / 4, rowsApart = RowPairs.OfAGroup * TShare.Threads / 2 * quads;
        var x = args.X.AsQuads().SubView((long)firstFrame * quads + (long)(thread / 2 * quads) + thread % 2 + tile * (RowPairs.Entries / 4));
        var w = args.Templates.AsQuads().SubView(tile * TileQuads<TTile, TShare>());
        var fill = cells.SubView(thread / 2 * TilePitch + thread % 2);
        Fill<TShare>(fill, x[0], x[rowsApart], TShare.Threads == 1 ? x[2 * rowsApart] : default, TShare.Threads == 1 ? x[3 * rowsApart] : default);
        RowPairs.Copy(w, templates, TileQuads<TTile, TShare>());
        Group.Barrier();

        float epsilon = part == 0 ? constants[0] : 0f;
        h.A = TTile.Load(sums, at);
        Group.Barrier();
        TTile.Store(sums, at, h.B);
        Group.Barrier();
        h.B = TTile.Load(sums, at);
        var (n, d) = (new RowPair<TTile>(), new RowPair<TTile>());
        for (int current = 0; tile < end; tile++)
        {
            int next = current ^ 1, advance = tile + 1 < end ? 1 : 0;
            x = x.SubView(advance * (RowPairs.Entries / 4));
            w = w.SubView(advance * TileQuads<TTile, TShare>());
            FloatQuad p0 = x[0], p1 = x[rowsApart], p2 = TShare.Threads == 1 ? x[2 * rowsApart] : default, p3 = TShare.Threads == 1 ? x[3 * rowsApart] : default;
            RowPairs.Copy(w, templates.SubView(next * TileQuads<TTile, TShare>()), TileQuads<TTile, TShare>());
            var own = cells.SubView(current * XTile + row * TilePitch);
            var entries = templates.SubView(current * TileQuads<TTile, TShare>() + part * TTile.Quads);
            FourBins<TTile, TDivergence, TShare>(entries, own[0], own[RowPairs.OfAGroup * TilePitch], h, epsilon, args.Beta, ref n, ref d);
            entries = entries.SubView(4 * TTile.Quads * TShare.Threads);
            FourBins<TTile, TDivergence, TShare>(entries, own[1], own[RowPairs.OfAGroup * TilePitch + 1], h, epsilon, args.Beta, ref n, ref d);
            Fill<TShare>(fill.SubView(next * XTile), p0, p1, p2, p3);
            Group.Barrier();
            current = next;
        }
        if (Grid.DimY > 1)
        {
            StorePart<TTile, TDivergence, TShare>(args, firstFrame + row, part, n, d);
            return;
        }
        TTile.Store(sums, at, n.A);
        if (TDivergence.HasDenominator) TTile.Store(denominators, at, d.A);
        Step<TDivergence>(args, firstFrame, 4 * TTile.Quads * TShare.Threads, sums.Cast<float>(), denominators.Cast<float>());
        TTile.Store(sums, at, n.B);
        if (TDivergence.HasDenominator) TTile.Store(denominators, at, d.B);
        Step<TDivergence>(args, firstFrame + RowPairs.OfAGroup, 4 * TTile.Quads * TShare.Threads, sums.Cast<float>(), denominators.Cast<float>());
    }

    /// <summary>
    /// The step from the partial sums of several parts of the bins, parts upwards: a thread an activation.
    /// Launch with (blocks of 128 / K' frames x models) groups of 128 threads, models fastest.
    /// </summary>
    public static void Finish<TDivergence>(FinishArgs finish) where TDivergence : IDivergence
    {
        var extrapolated = SharedMemory.Allocate<float>(TileLoading.Group);
        var args = finish.Pass;
        int model = Grid.IdxX % args.ModelCount, rank = args.RankPitch, framesOfAGroup = TileLoading.Group / rank;
        int local = Group.IdxX / rank, k = Group.IdxX % rank;
        int frame = args.FirstSlice * args.SliceFrames + Grid.IdxX / args.ModelCount * framesOfAGroup + local;
        args = args.Of<TDivergence>(model);
        bool works = local < framesOfAGroup && frame < finish.EndFrame;
        long cell = (long)frame * rank + k;
        if (works) extrapolated[Group.IdxX] = FactorUpdate.Extrapolate(args.ActivationsFrom[cell], args.Activations[cell], args.Extrapolation);
        Group.Barrier();
        if (!works) return;
        long first = PartialIndex(args, frame) * rank + k;
        float numerator = SumOfParts(args.Sums.Numerators, first, finish), denominator = 0f;
        if (TDivergence.HasDenominator)
        {
            denominator = SumOfParts(args.Sums.Denominators, first, finish);
        }
        else if (TDivergence.UsesGram)
        {
            var h = extrapolated.SubView(local * rank);
            for (int j = 0; j < rank; j++) denominator += args.Sums.TemplateGram[j * rank + k] * h[j];
        }
        else
        {
            denominator = args.Sums.TemplateSums[k];
        }
        args.Activations[cell] = FactorUpdate.Step(extrapolated[Group.IdxX], numerator, denominator, args.RuleOf<TDivergence>(k));
    }

    /// <summary>Quads of the templates of a tile.</summary>
    private static int TileQuads<TTile, TShare>()
        where TTile : struct, IRegisterTile<TTile>
        where TShare : struct, IRankShare => RowPairs.Entries * TTile.Quads * TShare.Threads;

    /// <summary>H_ext of a thread's two frames.</summary>
    private static RowPair<TTile> Load<TTile, TShare>(PassArgs args, int frame, int part)
        where TTile : struct, IRegisterTile<TTile>
        where TShare : struct, IRankShare
    {
        int quads = TTile.Quads * TShare.Threads, second = RowPairs.OfAGroup * TTile.Quads * TShare.Threads;
        long at = (long)frame * quads + part * TTile.Quads;
        var from = args.ActivationsFrom.AsQuads().SubView(at);
        var before = args.Activations.AsQuads().SubView(at);
        return new RowPair<TTile>
        {
            A = TTile.Extrapolate(TTile.Load(from, 0), TTile.Load(before, 0), args.Extrapolation),
            B = TTile.Extrapolate(TTile.Load(from, second), TTile.Load(before, second), args.Extrapolation),
        };
    }

    private static void Fill<TShare>(ArrayView<FloatQuad> cells, FloatQuad a, FloatQuad b, FloatQuad c, FloatQuad d) where TShare : struct, IRankShare
    {
        const int Apart = RowPairs.OfAGroup / 2 * TilePitch;
        cells[0] = a;
        cells[Apart * TShare.Threads] = b;
        if (TShare.Threads > 1) return;
        cells[2 * Apart] = c;
        cells[3 * Apart] = d;
    }

    private static void FourBins<TTile, TDivergence, TShare>(
        ArrayView<FloatQuad> entries, FloatQuad a, FloatQuad b, RowPair<TTile> h, float epsilon, float beta, ref RowPair<TTile> n, ref RowPair<TTile> d)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TShare : struct, IRankShare
    {
        RowPairs.Take<TTile, TDivergence, TShare>(TTile.Load(entries, 0), h, a.A, b.A, epsilon, beta, ref n, ref d);
        RowPairs.Take<TTile, TDivergence, TShare>(TTile.Load(entries, TTile.Quads * TShare.Threads), h, a.B, b.B, epsilon, beta, ref n, ref d);
        RowPairs.Take<TTile, TDivergence, TShare>(TTile.Load(entries, 2 * TTile.Quads * TShare.Threads), h, a.C, b.C, epsilon, beta, ref n, ref d);
        RowPairs.Take<TTile, TDivergence, TShare>(TTile.Load(entries, 3 * TTile.Quads * TShare.Threads), h, a.D, b.D, epsilon, beta, ref n, ref d);
    }

    /// <summary>The step of half the frames, from sums in shared memory: in a loop, so that its code and registers are those of one activation.</summary>
    private static void Step<TDivergence>(PassArgs args, int firstFrame, int rank, ArrayView<float> sums, ArrayView<float> denominators) where TDivergence : IDivergence
    {
        var from = args.ActivationsFrom.SubView((long)firstFrame * rank);
        var before = args.Activations.SubView((long)firstFrame * rank);
        Group.Barrier();
        for (int i = Group.IdxX; i < RowPairs.OfAGroup * rank; i += Group.DimX)
        {
            int k = i % rank;
            float denominator = 0f;
            if (TDivergence.HasDenominator)
            {
                denominator = denominators[i];
            }
            else if (TDivergence.UsesGram)
            {
                for (int j = 0; j < rank; j++)
                    denominator += args.Sums.TemplateGram[j * rank + k] * FactorUpdate.Extrapolate(from[i - k + j], before[i - k + j], args.Extrapolation);
            }
            else
            {
                denominator = args.Sums.TemplateSums[k];
            }
            sums[i] = FactorUpdate.Step(FactorUpdate.Extrapolate(from[i], before[i], args.Extrapolation), sums[i], denominator, args.RuleOf<TDivergence>(k));
        }
        // Whole rows were read for beta 2; only now may they be overwritten.
        Group.Barrier();
        for (int i = Group.IdxX; i < RowPairs.OfAGroup * rank; i += Group.DimX) before[i] = sums[i];
        Group.Barrier();
    }

    /// <summary>Partial sums [part][frame of the slice][K'] where the slice's numerators will lie.</summary>
    private static void StorePart<TTile, TDivergence, TShare>(PassArgs args, int frame, int part, RowPair<TTile> n, RowPair<TTile> d)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TShare : struct, IRankShare
    {
        int quads = TTile.Quads * TShare.Threads, second = RowPairs.OfAGroup * TTile.Quads * TShare.Threads;
        long at = (PartialIndex(args, frame) + Grid.IdxY * args.SliceFrames) * quads + part * TTile.Quads;
        var target = args.Sums.Numerators.AsQuads().SubView(at);
        TTile.Store(target, 0, n.A);
        TTile.Store(target, second, n.B);
        if (!TDivergence.HasDenominator) return;
        target = args.Sums.Denominators.AsQuads().SubView(at);
        TTile.Store(target, 0, d.A);
        TTile.Store(target, second, d.B);
    }

    /// <summary>Where the first part's sums of a frame lie, in rows of K'.</summary>
    private static long PartialIndex(PassArgs args, int frame)
    {
        int slice = frame / args.SliceFrames;
        return (long)slice * args.Pitch + (frame - slice * args.SliceFrames);
    }

    private static float SumOfParts(ArrayView<float> partials, long first, FinishArgs finish)
    {
        long apart = (long)finish.Pass.SliceFrames * finish.Pass.RankPitch;
        float sum = partials[first];
        for (int i = 1; i < finish.Parts; i++) sum += partials[first + i * apart];
        return sum;
    }
}

/// <summary>What ends an update of the activations whose bins were cut into parts.</summary>
internal struct FinishArgs
{
    public PassArgs Pass;

    /// <summary>Parts of the bins.</summary>
    public int Parts;

    /// <summary>Behind the last frame of the launch.</summary>
    public int EndFrame;
}
