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

    private const int Lanes = 32, FramesOfAQuarter = 4;

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
        var sharedDenominators = SharedMemory.Allocate<float>(TPass.UpdatesActivations && TDivergence.HasDenominator ? FramesOf<TForm>() * 4 * TTile.Quads : 1);
        var lanes = SharedMemory.Allocate<float>(TPass.UpdatesActivations ? TForm.LaneFloats(4 * TTile.Quads) : 1);
        var templates = SharedMemory.Allocate<FloatQuad>(TPass.UpdatesActivations && TForm.KeepsTemplates ? OnePassColumns.Count * TForm.Threads * TTile.Quads : 1);
        var losses = SharedMemory.Allocate<float>(TForm.Threads);
        int slice = args.FirstSlice + Grid.IdxX / args.ModelCount, thread = Group.IdxX;
        args = args.Of<TDivergence>(Grid.IdxX % args.ModelCount);
        int end = IntrinsicMath.Min(args.Frames, (slice + 1) * args.SliceFrames), frame = slice * args.SliceFrames;
        // Read back from shared memory, epsilon is a register; as an argument it would cost an instruction at each use.
        if (thread == 0) losses[0] = args.Epsilon;
        if (TForm.KeepsTemplates)
        {
            Prefetch<TForm>(args, frame);
            if (TPass.UpdatesActivations)
                for (int f = thread; f < args.Pitch; f += TForm.Threads)
                    TTile.StorePlanes(templates, f, OnePassColumns.Count * TForm.Threads, TTile.Load(args.Templates.AsQuads(), f * TTile.Quads));
        }
        Group.Barrier();
        float epsilon = losses[0];
        var (numerators, denominators) = (new ThreeColumns<TTile>(), new ThreeColumns<TTile>());
        float loss = 0f;
        int odd = 0;
        bool first = true;
        for (; frame < end; frame += FramesOf<TForm>())
        {
            var tile = activations.SubView(odd * FramesOf<TForm>() * TTile.Quads);
            if (TForm.KeepsTemplates && frame + FramesOf<TForm>() < end) Prefetch<TForm>(args, frame + FramesOf<TForm>());
            var stored = args.Activations.AsQuads().SubView((long)frame * TTile.Quads);
            if (TPass.UpdatesActivations)
            {
                UpdateActivations<TTile, TDivergence, TForm>(args, frame, epsilon, templates, extrapolated, tile, lanes, sharedDenominators);
            }
            else
            {
                for (int i = thread; i < FramesOf<TForm>() * TTile.Quads; i += TForm.Threads) tile[i] = stored[i];
            }
            Group.Barrier();
            if (TPass.UpdatesActivations)
                for (int i = thread; i < FramesOf<TForm>() * TTile.Quads; i += TForm.Threads) stored[i] = tile[i];
            if (KeepsSums<TTile, TDivergence, TForm>())
            {
                loss += OnePassColumns.Take<TTile, TDivergence, TPass, TForm>(args, frame, thread, epsilon, tile, ref numerators, ref denominators);
            }
            else
            {
                for (int f = thread; f < args.Pitch; f += OnePassColumns.Count * TForm.Threads)
                {
                    (numerators, denominators) = (new ThreeColumns<TTile>(), new ThreeColumns<TTile>());
                    if (TPass.AccumulatesTemplates && !first)
                    {
                        numerators = ThreeColumns<TTile>.Load(PartialsOf<TTile>(args.Sums.Numerators, args, slice), f, TForm.Threads, args.Pitch);
                        if (TDivergence.HasDenominator)
                            denominators = ThreeColumns<TTile>.Load(PartialsOf<TTile>(args.Sums.Denominators, args, slice), f, TForm.Threads, args.Pitch);
                    }
                    loss += OnePassColumns.Take<TTile, TDivergence, TPass, TForm>(args, frame, f, epsilon, tile, ref numerators, ref denominators);
                    if (TPass.AccumulatesTemplates)
                        ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Numerators, args, slice), f, TForm.Threads, args.Pitch, numerators);
                    if (TPass.AccumulatesTemplates && TDivergence.HasDenominator)
                        ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Denominators, args, slice), f, TForm.Threads, args.Pitch, denominators);
                }
            }
            first = false;
            odd ^= 1;
        }
        if (KeepsSums<TTile, TDivergence, TForm>() && TPass.AccumulatesTemplates)
            ThreeColumns<TTile>.Store(PartialsOf<TTile>(args.Sums.Numerators, args, slice), thread, TForm.Threads, args.Pitch, numerators);
        if (!TPass.SumsLoss) return;
        Group.Barrier();
        GroupSum.Store(losses, loss, args.Losses, slice, TForm.Threads);
    }

    /// <summary>The partial sums of a slice [P][K'].</summary>
    private static ArrayView<FloatQuad> PartialsOf<TTile>(ArrayView<float> partials, PassArgs args, int slice) where TTile : struct, IRegisterTile<TTile> =>
        partials.AsQuads().SubView((long)slice * args.Pitch * TTile.Quads);

    /// <summary>True where the registers hold the numerators of three columns beside everything else.</summary>
    private static bool KeepsSums<TTile, TDivergence, TForm>()
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm =>
        TForm.KeepsTemplates && !TDivergence.HasDenominator && TTile.Quads < 3;

    /// <summary>Frames of a tile.</summary>
    internal static int FramesOf<TForm>() where TForm : struct, IOnePassForm => TForm.Threads / Lanes * FramesOfAQuarter;

    /// <summary>Asks for X of a tile, so that the reading finds it in the second cache.</summary>
    private static void Prefetch<TForm>(PassArgs args, int frame) where TForm : struct, IOnePassForm
    {
        if (!CudaAsm.IsSupported) return;
        long address = args.XAddress + (long)frame * args.Pitch * sizeof(float) + Group.IdxX * CacheLine;
        int lines = FramesOf<TForm>() * args.Pitch / (CacheLine / sizeof(float));
        for (int i = Group.IdxX; i < lines; i += TForm.Threads)
        {
            CudaAsm.Emit("prefetch.global.L2 [%0];", address);
            address += TForm.Threads * CacheLine;
        }
    }

    /// <summary>The four frames of a quarter through one update; H' into the quarter's part of the tile.</summary>
    private static void UpdateActivations<TTile, TDivergence, TForm>(
        PassArgs args, int frame, float epsilon, ArrayView<FloatQuad> templates, ArrayView<FloatQuad> extrapolated, ArrayView<FloatQuad> tile, ArrayView<float> lanes, ArrayView<float> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TForm : struct, IOnePassForm
    {
        int lane = Group.IdxX % Lanes, own = Group.IdxX / Lanes * FramesOfAQuarter, pitch = args.Pitch;
        var x = args.X.SubView((long)(frame + own) * pitch + lane);
        extrapolated = extrapolated.SubView(own * TTile.Quads);
        Extrapolate(args, (long)(frame + own) * TTile.Quads, FramesOfAQuarter * TTile.Quads, lane, extrapolated);
        TForm.SyncQuarter();
        var h = new FourRows<TTile>
        {
            A = TTile.Load(extrapolated, 0),
            B = TTile.Load(extrapolated, TTile.Quads),
            C = TTile.Load(extrapolated, 2 * TTile.Quads),
            D = TTile.Load(extrapolated, 3 * TTile.Quads),
        };
        var (n, d) = (new FourRows<TTile>(), new FourRows<TTile>());
        // A position in the templates counts quads; where they are kept, a plane for each quad of components.
        int step = TForm.KeepsTemplates ? Lanes : Lanes * TTile.Quads, at = TForm.KeepsTemplates ? lane : lane * TTile.Quads;
        var w = TForm.KeepsTemplates ? templates.SubView(at) : args.Templates.AsQuads().SubView(at);
        // Steps that three do not divide come first, while the sums are zero: behind the loop they would cost copies of all of them.
        int steps = pitch / Lanes, left = steps % 3;
        if (left > 0) Contract<TTile, TDivergence>(Template<TTile, TForm>(w, 0), h, Cells(x, 0, pitch), epsilon, args.Beta, ref n, ref d);
        if (left > 1) Contract<TTile, TDivergence>(Template<TTile, TForm>(w, step), h, Cells(x, Lanes, pitch), epsilon, args.Beta, ref n, ref d);
        if (steps > left)
        {
            x = x.SubView(left * Lanes);
            w = w.SubView(left * step);
            FloatQuad x0 = Cells(x, 0, pitch), x1 = Cells(x, Lanes, pitch), x2 = Cells(x, 2 * Lanes, pitch);
            for (int i = left + 3; i <= steps; i += 3)
            {
                x = x.SubView(i < steps ? 3 * Lanes : 0);
                Contract<TTile, TDivergence>(Template<TTile, TForm>(w, 0), h, x0, epsilon, args.Beta, ref n, ref d);
                x0 = Cells(x, 0, pitch);
                Contract<TTile, TDivergence>(Template<TTile, TForm>(w, step), h, x1, epsilon, args.Beta, ref n, ref d);
                x1 = Cells(x, Lanes, pitch);
                Contract<TTile, TDivergence>(Template<TTile, TForm>(w, 2 * step), h, x2, epsilon, args.Beta, ref n, ref d);
                x2 = Cells(x, 2 * Lanes, pitch);
                w = w.SubView(i < steps ? 3 * step : 0);
            }
        }
        var sums = tile.Cast<float>().SubView(own * 4 * TTile.Quads);
        TForm.AddLanes(lanes, sums, n);
        if (TDivergence.HasDenominator)
        {
            Group.Barrier();
            denominators = denominators.SubView(own * 4 * TTile.Quads);
            TForm.AddLanes(lanes, denominators, d);
        }
        Step<TTile, TDivergence>(args, extrapolated.Cast<float>(), sums, denominators);
    }

    /// <summary>H_ext of a quarter's four frames: a lane a quad.</summary>
    private static void Extrapolate(PassArgs args, long first, int quads, int lane, ArrayView<FloatQuad> target)
    {
        if (lane >= quads) return;
        var from = args.ActivationsFrom.AsQuads().SubView(first);
        var before = args.Activations.AsQuads().SubView(first);
        Quad.Store(target, lane, Quad.Extrapolate(Quad.Load(from, lane), Quad.Load(before, lane), args.Extrapolation));
    }

    /// <summary>The step of a quarter's four frames: a lane an activation, in place of its numerator.</summary>
    private static void Step<TTile, TDivergence>(PassArgs args, ArrayView<float> from, ArrayView<float> numerators, ArrayView<float> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        for (int r = Group.IdxX % Lanes; r < FramesOfAQuarter * 4 * TTile.Quads; r += Lanes)
        {
            int k = r % (4 * TTile.Quads);
            float denominator;
            if (TDivergence.HasDenominator)
            {
                denominator = denominators[r];
            }
            else if (TDivergence.UsesGram)
            {
                denominator = 0f;
                var row = args.Sums.TemplateGram.SubView(k * 4 * TTile.Quads);
                for (int j = 0; j < 4 * TTile.Quads; j++) denominator += row[j] * from[r - k + j];
            }
            else
            {
                denominator = args.Sums.TemplateSums[k];
            }
            numerators[r] = FactorUpdate.Step(from[r], numerators[r], denominator, args.Exponent, args.Floor);
        }
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

    private static TTile Template<TTile, TForm>(ArrayView<FloatQuad> templates, int index)
        where TTile : struct, IRegisterTile<TTile>
        where TForm : struct, IOnePassForm =>
        TForm.KeepsTemplates ? TTile.LoadPlanes(templates, index, OnePassColumns.Count * TForm.Threads) : TTile.Load(templates, index);

    /// <summary>A bin of four frames.</summary>
    private static FloatQuad Cells(ArrayView<float> x, int index, int pitch)
    {
        var cell = x.SubView(index);
        var behind = cell.SubView(2 * pitch);
        return new FloatQuad { A = cell[0], B = cell[pitch], C = behind[0], D = behind[pitch] };
    }
}
