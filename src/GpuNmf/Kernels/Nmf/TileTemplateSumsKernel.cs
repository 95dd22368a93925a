using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The templates' half for ranks above 12: a thread (or a pair of lanes) owns two bins with W and the sums in registers, and the group
/// walks along the frames of a slice, eight at a time, with the activations of the eight in shared memory.
/// </summary>
/// <remarks>
/// X [rows][P], templates [P][K'], activations [rows][K'], K' = 4 Quads times the threads of a share. Groups of 64 threads times the same;
/// launch with (blocks of 128 bins x models, slices), models fastest. Sums: components upwards from epsilon (a share: its parts, then their
/// sum); frames of a slice upwards. Bytes an element: 4. Flops: 4K (beta 1), 6K (others), 2K (beta 2; 4K with the loss).
/// </remarks>
internal static class TileTemplateSumsKernel
{
    /// <summary>Bins of a group.</summary>
    internal const int Bins = 2 * RowPairs.OfAGroup;

    public static void Run<TTile, TDivergence, TPass, TShare>(PassArgs args)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TShare : struct, IRankShare
    {
        var activations = SharedMemory.Allocate<FloatQuad>(2 * RowPairs.Entries * TTile.Quads * TShare.Threads);
        var losses = SharedMemory.Allocate<float>(RowPairs.OfAGroup * TShare.Threads);
        int thread = Group.IdxX, part = TShare.PartOf(thread), pitch = args.Pitch;
        int blocks = Grid.DimX / args.ModelCount, block = Grid.IdxX / args.ModelCount, slice = args.FirstSlice + Grid.IdxY;
        args = args.Of<TDivergence>(Grid.IdxX % args.ModelCount);
        int bin = block * Bins + TShare.RowOf(thread), firstFrame = slice * args.SliceFrames;
        int tiles = (IntrinsicMath.Min(args.Frames - firstFrame, args.SliceFrames) + RowPairs.Entries - 1) / RowPairs.Entries;
        // Read back from shared memory, epsilon is a register; as an argument it would cost an instruction at each use.
        if (thread == 0) losses[0] = args.Epsilon;

        var h = args.Activations.AsQuads().SubView((long)firstFrame * TTile.Quads * TShare.Threads);
        RowPairs.Copy(h, activations, TileQuads<TTile, TShare>());
        // Bins behind the pitch read on into the rows behind, which are there, and come to nothing.
        var x = args.X.SubView((long)firstFrame * pitch + bin);
        var w = Load<TTile, TShare>(args.TemplatesToUpdate.AsQuads(), bin, part, pitch);
        Group.Barrier();

        float epsilon = part == 0 ? losses[0] : 0f, loss = 0f;
        var (n, d) = (new RowPair<TTile>(), new RowPair<TTile>());
        var now = FrameCells.Load(x, pitch);
        int half = 0;
        for (int tile = 1; tile <= tiles; tile++)
        {
            var current = activations.SubView(half * TileQuads<TTile, TShare>() + part * TTile.Quads);
            half ^= 1;
            h = h.SubView(tile < tiles ? TileQuads<TTile, TShare>() : 0);
            RowPairs.Copy(h, activations.SubView(half * TileQuads<TTile, TShare>()), TileQuads<TTile, TShare>());
            // With denominators the registers hold only four frames' cells at a time.
            x = x.SubView(4 * pitch);
            var next = now;
            if (!TDivergence.HasDenominator) next = FrameCells.Load(x, pitch);
            loss += FourFrames<TTile, TDivergence, TPass, TShare>(args, current, bin, part, w, now, epsilon, ref n, ref d);
            if (TDivergence.HasDenominator) next = FrameCells.Load(x, pitch);
            x = x.SubView(tile < tiles ? 4 * pitch : 0);
            if (!TDivergence.HasDenominator) now = FrameCells.Load(x, pitch);
            loss += FourFrames<TTile, TDivergence, TPass, TShare>(args, current.SubView(4 * TTile.Quads * TShare.Threads), bin, part, w, next, epsilon, ref n, ref d);
            if (TDivergence.HasDenominator) now = FrameCells.Load(x, pitch);
            Group.Barrier();
        }
        if (TPass.AccumulatesTemplates)
        {
            long first = (long)slice * pitch * TTile.Quads * TShare.Threads;
            Store<TTile, TShare>(args.Sums.Numerators.AsQuads().SubView(first), bin, part, pitch, n);
            if (TDivergence.HasDenominator) Store<TTile, TShare>(args.Sums.Denominators.AsQuads().SubView(first), bin, part, pitch, d);
        }
        if (TPass.SumsLoss) GroupSum.Store(losses, loss, args.Losses, (long)slice * blocks + block, RowPairs.OfAGroup * TShare.Threads);
    }

    /// <summary>Quads of the activations of a tile.</summary>
    private static int TileQuads<TTile, TShare>()
        where TTile : struct, IRegisterTile<TTile>
        where TShare : struct, IRankShare => RowPairs.Entries * TTile.Quads * TShare.Threads;

    private static RowPair<TTile> Load<TTile, TShare>(ArrayView<FloatQuad> rows, int bin, int part, int pitch)
        where TTile : struct, IRegisterTile<TTile>
        where TShare : struct, IRankShare
    {
        var pair = new RowPair<TTile>();
        if (bin >= pitch) return pair;
        var own = rows.SubView(bin * TTile.Quads * TShare.Threads + part * TTile.Quads);
        pair.A = TTile.Load(own, 0);
        if (bin + RowPairs.OfAGroup < pitch) pair.B = TTile.Load(own, RowPairs.OfAGroup * TTile.Quads * TShare.Threads);
        return pair;
    }

    private static void Store<TTile, TShare>(ArrayView<FloatQuad> rows, int bin, int part, int pitch, RowPair<TTile> pair)
        where TTile : struct, IRegisterTile<TTile>
        where TShare : struct, IRankShare
    {
        if (bin >= pitch) return;
        var own = rows.SubView(bin * TTile.Quads * TShare.Threads + part * TTile.Quads);
        TTile.Store(own, 0, pair.A);
        if (bin + RowPairs.OfAGroup < pitch) TTile.Store(own, RowPairs.OfAGroup * TTile.Quads * TShare.Threads, pair.B);
    }

    private static float FourFrames<TTile, TDivergence, TPass, TShare>(
        PassArgs args, ArrayView<FloatQuad> activations, int bin, int part, RowPair<TTile> w, FrameCells x, float epsilon, ref RowPair<TTile> n, ref RowPair<TTile> d)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TShare : struct, IRankShare =>
        Frame<TTile, TDivergence, TPass, TShare>(args, TTile.Load(activations, 0), bin, part, w, x.A0, x.B0, epsilon, ref n, ref d)
        + Frame<TTile, TDivergence, TPass, TShare>(args, TTile.Load(activations, TTile.Quads * TShare.Threads), bin, part, w, x.A1, x.B1, epsilon, ref n, ref d)
        + Frame<TTile, TDivergence, TPass, TShare>(args, TTile.Load(activations, 2 * TTile.Quads * TShare.Threads), bin, part, w, x.A2, x.B2, epsilon, ref n, ref d)
        + Frame<TTile, TDivergence, TPass, TShare>(args, TTile.Load(activations, 3 * TTile.Quads * TShare.Threads), bin, part, w, x.A3, x.B3, epsilon, ref n, ref d);

    private static float Frame<TTile, TDivergence, TPass, TShare>(
        PassArgs args, TTile h, int bin, int part, RowPair<TTile> w, float xA, float xB, float epsilon, ref RowPair<TTile> n, ref RowPair<TTile> d)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TShare : struct, IRankShare
    {
        if (TPass.AccumulatesTemplates) RowPairs.Take<TTile, TDivergence, TShare>(h, w, xA, xB, epsilon, args.Beta, ref n, ref d);
        if (!TPass.SumsLoss) return 0f;
        float vA = TShare.Join(TTile.Dot(w.A, h, epsilon)), vB = TShare.Join(TTile.Dot(w.B, h, epsilon)), loss = 0f;
        if (part == 0 && bin < args.Bins) loss = TDivergence.Loss(xA, vA, args.Beta);
        if (part == 0 && bin + RowPairs.OfAGroup < args.Bins) loss += TDivergence.Loss(xB, vB, args.Beta);
        return loss;
    }

    /// <summary>X of two bins in four frames.</summary>
    private struct FrameCells
    {
        public float A0, A1, A2, A3, B0, B1, B2, B3;

        public static FrameCells Load(ArrayView<float> x, int pitch)
        {
            var cells = new FrameCells { A0 = x[0], B0 = x[RowPairs.OfAGroup] };
            x = x.SubView(pitch);
            cells.A1 = x[0];
            cells.B1 = x[RowPairs.OfAGroup];
            x = x.SubView(pitch);
            cells.A2 = x[0];
            cells.B2 = x[RowPairs.OfAGroup];
            x = x.SubView(pitch);
            cells.A3 = x[0];
            cells.B3 = x[RowPairs.OfAGroup];
            return cells;
        }
    }
}
