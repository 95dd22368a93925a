using ILGPU;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// One pass over X for ranks up to 12: a group takes a slice through the update of the activations and the accumulation for the templates,
/// a tile of four frames a quarter at a time; the second reading of a tile comes from the caches.
/// </summary>
/// <remarks>
/// X [rows][P], templates [P][K'], activations [rows][K'], K' = 4 Quads; a slice is a whole number of tiles. Quarters are 32 lanes, which need
/// not be warps. A quarter updates four frames, its lanes walk along the bins; then each thread owns three columns of bins.
/// Sums: components upwards from epsilon; bins in 32 lanes, each upwards, then the lanes (<see cref="IOnePassForm.AddLanes"/>); frames of
/// a slice upwards. Bytes an element of X: 4 read (and 4 from a cache). Flops an element: 8K (beta 1), 12K (others), 4K (beta 2).
/// </remarks>
internal static class TileOnePassKernel
{
    /// <summary>Bytes that one prefetch brings into the second cache.</summary>
    private const int CacheLine = 128;

    /// <summary>Lanes of a quarter, and the steps along the bins that it reads ahead.</summary>
    internal const int Lanes = 32, StepsAhead = 3;

    private const int FramesOfAQuarter = 4;

    /// <summary>Launch with one group a slice and model; models vary fastest.</summary>
    /// <remarks>Longer than a kernel should be: shared memory must be allocated where it is used, and the sums of a slice stay in registers throughout.</remarks>
    public static void Run<TTile, TDivergence, TPass, TForm>(PassArgs args)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
        where TForm : struct, IOnePassForm
    {
        // H' of two tiles in turn, so that a barrier a tile is enough; before, its numerators.
        var activations = SharedMemory.Allocate<FloatQuad>(2 * FramesOf<TForm>() * TTile.Quads);
        var extrapolated = SharedMemory.Allocate<FloatQuad>(TPass.UpdatesActivations ? FramesOf<TForm>() * TTile.Quads : 1);
        var sharedDenominators = SharedMemory.Allocate<float>(TPass.UpdatesActivations ? DenominatorFrames<TDivergence, TForm>() * 4 * TTile.Quads : 1);
        var lanes = SharedMemory.Allocate<float>(TPass.UpdatesActivations ? TForm.LaneFloats(4 * TTile.Quads) : 1);
        var templates = SharedMemory.Allocate<FloatQuad>(TPass.UpdatesActivations && TForm.HasWarps ? KeptQuads<TTile>() * PlaneOf<TForm>() : 1);
        var losses = SharedMemory.Allocate<float>(TForm.Threads);
        int slice = args.FirstSlice + Grid.IdxX / args.ModelCount, thread = Group.IdxX;
        args = args.Of<TDivergence>(Grid.IdxX % args.ModelCount);
        args.RankPitch = 4 * TTile.Quads;
        // From here on the view begins at the slice, and goes on with it.
        args = args.Behind(slice * args.SliceFrames);
        int left = IntrinsicMath.Min(args.Frames - slice * args.SliceFrames, args.SliceFrames);
        // Read back from shared memory, epsilon is a register; as an argument it would cost an instruction at each use.
        if (thread == 0) losses[0] = args.Epsilon;
        if (TForm.HasWarps) Prefetch<TForm>(args);
        if (TPass.UpdatesActivations && TForm.HasWarps) KeepTemplates<TTile, TForm>(args, templates);
        if (TPass.UpdatesActivations && !TDivergence.HasDenominator && !TDivergence.UsesGram && thread < FramesOfAQuarter * 4 * TTile.Quads)
            sharedDenominators[thread] = args.Sums.TemplateSums[thread % (4 * TTile.Quads)];
        Group.Barrier();
        float epsilon = losses[0];
        var (numerators, denominators) = (new ThreeColumns<TTile>(), new ThreeColumns<TTile>());
        float loss = 0f;
        int turn = 0;
        bool isFirst = true;
        for (; left > 0; left -= FramesOf<TForm>())
        {
            var tile = activations.SubView(turn);
            if (TForm.HasWarps && left > FramesOf<TForm>()) Prefetch<TForm>(args.Behind(FramesOf<TForm>()));
            if (TPass.UpdatesActivations)
            {
                UpdateActivations<TTile, TDivergence, TForm>(args, epsilon, templates, extrapolated, tile, lanes, sharedDenominators);
            }
            else
            {
                var stored = args.Activations.AsQuads();
                for (int i = thread; i < FramesOf<TForm>() * TTile.Quads; i += TForm.Threads) tile[i] = stored[i];
            }
            Group.Barrier();
            if (KeepsSums<TTile, TDivergence, TForm>())
            {
                loss += OnePassColumns.Take<TTile, TDivergence, TPass, TForm>(args, thread, epsilon, tile, ref numerators, ref denominators);
            }
            else
            {
                for (int f = thread; f < args.Pitch; f += OnePassColumns.Count * TForm.Threads)
                {
                    (numerators, denominators) = (new ThreeColumns<TTile>(), new ThreeColumns<TTile>());
                    if (TPass.AccumulatesTemplates && !isFirst)
                    {
                        numerators = ThreeColumns<TTile>.Load(PartialsOf<TTile>(args.Sums.Numerators, args, slice), f, TForm.Threads, args.Pitch);
                        if (TDivergence.HasDenominator)
                            denominators = ThreeColumns<TTile>.Load(PartialsOf<TTile>(args.Sums.Denominators, args, slice), f, TForm.Threads, args.Pitch);
                    }
                    loss += OnePassColumns.Take<TTile, TDivergence, TPass, TForm>(args, f, epsilon, tile, ref numerators, ref denominators);
                    if (TPass.AccumulatesTemplates)
                        ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Numerators, args, slice), f, TForm.Threads, args.Pitch, numerators);
                    if (TPass.AccumulatesTemplates && TDivergence.HasDenominator)
                        ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Denominators, args, slice), f, TForm.Threads, args.Pitch, denominators);
                }
            }
            args = args.Behind(FramesOf<TForm>());
            isFirst = false;
            turn = FramesOf<TForm>() * TTile.Quads - turn;
        }
        if (KeepsSums<TTile, TDivergence, TForm>() && TPass.AccumulatesTemplates)
            ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Numerators, args, slice), thread, TForm.Threads, args.Pitch, ThreeColumns<TTile>.Moved(numerators, epsilon));
        if (!TPass.SumsLoss) return;
        Group.Barrier();
        GroupSum.Store(losses, loss, args.Losses, slice, TForm.Threads);
    }

    /// <summary>The partial sums of a slice [P][K'].</summary>
    private static ArrayView<FloatQuad> PartialsOf<TTile>(ArrayView<float> partials, PassArgs args, int slice) where TTile : struct, IRegisterTile<TTile> =>
        partials.AsQuads().SubView(Offset.Of(slice, args.Pitch) * TTile.Quads);

    /// <summary>True where the registers hold the numerators of three columns beside everything else.</summary>
    private static bool KeepsSums<TTile, TDivergence, TForm>()
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm =>
        TForm.HasWarps && !TDivergence.HasDenominator && TTile.Quads < 3;

    /// <summary>Quads of a bin's template that stand in shared memory for a slice, the last ones; those before are read from the caches.</summary>
    private static int KeptQuads<TTile>() where TTile : struct, IRegisterTile<TTile> => IntrinsicMath.Min(TTile.Quads, RegisterTiles.PlaneQuads);

    /// <summary>Bins of a plane in shared memory, which holds one quad of each.</summary>
    private static int PlaneOf<TForm>() where TForm : struct, IOnePassForm => OnePassColumns.Count * TForm.Threads;

    /// <summary>Copies what is kept of the templates to shared memory.</summary>
    private static void KeepTemplates<TTile, TForm>(PassArgs args, ArrayView<FloatQuad> kept)
        where TTile : struct, IRegisterTile<TTile>
        where TForm : struct, IOnePassForm
    {
        var rows = args.Templates.AsQuads();
        for (int f = Group.IdxX; f < args.Pitch; f += TForm.Threads)
            for (int q = 0; q < KeptQuads<TTile>(); q++)
                kept[q * PlaneOf<TForm>() + f] = rows[(f + 1) * TTile.Quads - KeptQuads<TTile>() + q];
    }

    /// <summary>Frames whose denominators stand in shared memory: those of a tile, or the four of a quarter where all frames share them.</summary>
    private static int DenominatorFrames<TDivergence, TForm>()
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm =>
        TDivergence.HasDenominator ? FramesOf<TForm>() : FramesOfAQuarter;

    /// <summary>Frames of a tile.</summary>
    internal static int FramesOf<TForm>() where TForm : struct, IOnePassForm => TForm.Threads / Lanes * FramesOfAQuarter;

    /// <summary>Asks for X of a tile, so that the reading finds it in the second cache.</summary>
    private static void Prefetch<TForm>(PassArgs args) where TForm : struct, IOnePassForm
    {
        if (!CudaAsm.IsSupported) return;
        int lines = FramesOf<TForm>() * args.Pitch / (CacheLine / sizeof(float));
        for (int i = Group.IdxX; i < lines; i += TForm.Threads) CudaAsm.Emit("prefetch.global.L2 [%0];", args.XAddress + Offset.Of(i, CacheLine));
    }

    /// <summary>The four frames of a quarter through one update; H' into the quarter's part of the tile.</summary>
    private static void UpdateActivations<TTile, TDivergence, TForm>(
        PassArgs args, float epsilon, ArrayView<FloatQuad> templates, ArrayView<FloatQuad> extrapolated, ArrayView<FloatQuad> tile, ArrayView<float> lanes, ArrayView<float> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm
    {
        int lane = Group.IdxX & (Lanes - 1), own = Group.IdxX / Lanes * FramesOfAQuarter, pitch = args.Pitch;
        var x = args.X.SubView(own * pitch);
        extrapolated = extrapolated.SubView(own * TTile.Quads);
        Extrapolate(args, own * TTile.Quads, FramesOfAQuarter * TTile.Quads, lane, extrapolated);
        TForm.SyncQuarter();
        var h = new FourRows<TTile>
        {
            A = TTile.Load(extrapolated, 0),
            B = TTile.Load(extrapolated, TTile.Quads),
            C = TTile.Load(extrapolated, 2 * TTile.Quads),
            D = TTile.Load(extrapolated, 3 * TTile.Quads),
        };
        var (n, d) = (new FourRows<TTile>(), new FourRows<TTile>());
        // Steps that three do not divide come first, while the sums are zero: behind the loop they would cost copies of all of them. A third of
        // a number of steps, below 16384, is taken by a product: ptxas divides in 20 instructions, in every tile.
        int bin = lane, steps = pitch / Lanes, thirds = steps * 21846 >> 16;
        for (; bin < (steps - StepsAhead * thirds) * Lanes; bin += Lanes)
        {
            var template = TemplatesFrom<TTile, TForm>.At(args, templates, bin).Get(0);
            Contract<TTile, TDivergence>(template, h, FourFrames.At(x.SubView(bin), pitch).Cell(0), epsilon, args.Beta, ref n, ref d);
        }
        // X is read three steps ahead; the last time this takes what lies behind the rows, which is there and is not used.
        var rows = FourFrames.At(x.SubView(bin), pitch);
        FloatQuad x0 = rows.Cell(0), x1 = rows.Cell(Lanes), x2 = rows.Cell(2 * Lanes);
        while (bin < pitch)
        {
            var w = TemplatesFrom<TTile, TForm>.At(args, templates, bin);
            bin += StepsAhead * Lanes;
            rows = FourFrames.At(x.SubView(bin), pitch);
            Contract<TTile, TDivergence>(w.Get(0), h, x0, epsilon, args.Beta, ref n, ref d);
            x0 = rows.Cell(0);
            Contract<TTile, TDivergence>(w.Get(Lanes), h, x1, epsilon, args.Beta, ref n, ref d);
            x1 = rows.Cell(Lanes);
            Contract<TTile, TDivergence>(w.Get(2 * Lanes), h, x2, epsilon, args.Beta, ref n, ref d);
            x2 = rows.Cell(2 * Lanes);
        }
        var sums = tile.Cast<float>().SubView(own * 4 * TTile.Quads);
        TForm.AddLanes(lanes, sums, n);
        if (TDivergence.HasDenominator)
        {
            Group.Barrier();
            denominators = denominators.SubView(own * 4 * TTile.Quads);
            TForm.AddLanes(lanes, denominators, d);
        }
        Step<TTile, TDivergence>(args, extrapolated.Cast<float>(), sums, denominators, args.Activations.SubView(own * 4 * TTile.Quads));
    }

    /// <summary>H_ext of a quarter's four frames: a lane a quad.</summary>
    private static void Extrapolate(PassArgs args, int first, int quads, int lane, ArrayView<FloatQuad> target)
    {
        if (lane >= quads) return;
        var from = args.ActivationsFrom.AsQuads().SubView(first);
        var before = args.Activations.AsQuads().SubView(first);
        Quad.Store(target, lane, Quad.Extrapolate(Quad.Load(from, lane), Quad.Load(before, lane), args.Extrapolation));
    }

    /// <summary>The step of a quarter's four frames: a lane an activation, in place of its numerator and to memory.</summary>
    private static void Step<TTile, TDivergence>(PassArgs args, ArrayView<float> from, ArrayView<float> numerators, ArrayView<float> denominators, ArrayView<float> activations)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        for (int r = Group.IdxX & (Lanes - 1); r < FramesOfAQuarter * 4 * TTile.Quads; r += Lanes)
        {
            float denominator = TDivergence.UsesGram ? GramProduct<TTile>(args.Sums.TemplateGram, from, r) : denominators[r];
            float next = FactorUpdate.Step(from[r], numerators[r], denominator, args.RuleOf<TDivergence>(r % (4 * TTile.Quads)));
            numerators[r] = next;
            activations[r] = next;
        }
    }

    /// <summary>Entry r of four activations' rows times W^T W.</summary>
    private static float GramProduct<TTile>(ArrayView<float> gram, ArrayView<float> activations, int r) where TTile : struct, IRegisterTile<TTile>
    {
        int k = r % (4 * TTile.Quads);
        var row = gram.SubView(k * 4 * TTile.Quads);
        float product = 0f;
        for (int j = 0; j < 4 * TTile.Quads; j++) product += row[j] * activations[r - k + j];
        return product;
    }

    /// <summary>One bin of four frames.</summary>
    private static void Contract<TTile, TDivergence>(
        TTile w, FourRows<TTile> h, FloatQuad x, float epsilon, float beta, ref FourRows<TTile> numerators, ref FourRows<TTile> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        Cell<TTile, TDivergence>(w, h.A, w, x.A, epsilon, beta, ref numerators.A, ref denominators.A);
        Cell<TTile, TDivergence>(w, h.B, w, x.B, epsilon, beta, ref numerators.B, ref denominators.B);
        Cell<TTile, TDivergence>(w, h.C, w, x.C, epsilon, beta, ref numerators.C, ref denominators.C);
        Cell<TTile, TDivergence>(w, h.D, w, x.D, epsilon, beta, ref numerators.D, ref denominators.D);
    }

    /// <summary>The terms of one cell, contracted with a factor.</summary>
    internal static void Cell<TTile, TDivergence>(
        TTile template, TTile activation, TTile factor, float x, float epsilon, float beta, ref TTile numerator, ref TTile denominator)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        if (TDivergence.UsesGram)
        {
            numerator = TTile.Fma(numerator, factor, x);
            return;
        }
        TDivergence.Terms(x, TTile.Dot(template, activation, epsilon), beta, out float n, out float d);
        numerator = TTile.Fma(numerator, factor, n);
        if (TDivergence.HasDenominator) denominator = TTile.Fma(denominator, factor, d);
    }

    /// <summary>The templates from one bin on: rows in memory, and planes of what is kept.</summary>
    private struct TemplatesFrom<TTile, TForm>
        where TTile : struct, IRegisterTile<TTile>
        where TForm : struct, IOnePassForm
    {
        public ArrayView<FloatQuad> Rows;
        public ArrayView<FloatQuad> Kept;

        public static TemplatesFrom<TTile, TForm> At(PassArgs args, ArrayView<FloatQuad> kept, int bin) => new()
        {
            Rows = args.Templates.AsQuads().SubView(bin * TTile.Quads),
            Kept = TForm.HasWarps ? kept.SubView(bin) : kept,
        };

        /// <summary>The template so many bins further on.</summary>
        public readonly TTile Get(int bins) =>
            TForm.HasWarps ? TTile.LoadPlanes(Rows, bins * TTile.Quads, Kept, bins, PlaneOf<TForm>()) : TTile.Load(Rows, bins * TTile.Quads);
    }

    /// <summary>The rows of four frames from one bin on.</summary>
    private struct FourFrames
    {
        public ArrayView<float> A;
        public ArrayView<float> B;
        public ArrayView<float> C;
        public ArrayView<float> D;

        public static FourFrames At(ArrayView<float> x, int pitch)
        {
            var rows = new FourFrames { A = x, B = x.SubView(pitch) };
            rows.C = rows.B.SubView(pitch);
            rows.D = rows.C.SubView(pitch);
            return rows;
        }

        /// <summary>The bin so many cells further on.</summary>
        public readonly FloatQuad Cell(int index) => new() { A = A[index], B = B[index], C = C[index], D = D[index] };
    }
}
