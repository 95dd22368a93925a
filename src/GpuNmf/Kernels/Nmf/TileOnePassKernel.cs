using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// One pass over X for ranks up to 12: a group takes a slice, 16 frames at a time, through the update of the activations and the
/// accumulation for the templates; the second reading of the 16 frames comes from the caches.
/// </summary>
/// <remarks>
/// X [rows][P], templates [P][K'], activations [rows][K'], K' = 4 Quads. Groups of exactly 128 threads: four quarters of 32 lanes, which
/// need not be warps. A quarter updates four frames, its lanes walk along the bins; then each thread owns columns of bins.
/// Sums: components upwards from epsilon; bins in 32 lanes, each upwards, then the lanes; frames of a slice upwards.
/// Bytes an element of X: 4 read (and 4 from a cache). Flops an element: 8K (beta 1), 12K (others), 4K (beta 2).
/// </remarks>
internal static class TileOnePassKernel
{
    internal const int Group = 128;

    private const int Lanes = 32, FramesOfALane = 4, Quarters = Group / Lanes, Frames = Quarters * FramesOfALane;

    /// <summary>Floats between the rows of the reduction, odd so that lanes meet different banks.</summary>
    private const int LanePitch = Lanes + 1;

    /// <summary>Launch with one group a slice and model; models vary fastest.</summary>
    public static void Run<TTile, TDivergence, TPass>(PassArgs args)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        var activations = SharedMemory.Allocate<FloatQuad>(Frames * TTile.Quads);
        var lanes = SharedMemory.Allocate<float>(TPass.UpdatesActivations ? Frames * 4 * TTile.Quads * LanePitch : 1);
        // Numerators wait here while the denominators use the lanes' columns.
        var numerators = SharedMemory.Allocate<float>(TPass.UpdatesActivations && TDivergence.HasDenominator ? Frames * 4 * TTile.Quads : 1);
        var losses = SharedMemory.Allocate<float>(Group);
        int slice = args.FirstSlice + Grid.IdxX / args.ModelCount;
        args = args.Of<TDivergence>(Grid.IdxX % args.ModelCount);
        int end = IntrinsicMath.Min(args.Frames, (slice + 1) * args.SliceFrames);
        float loss = 0f;
        bool first = true;
        for (int frame = slice * args.SliceFrames; frame < end; frame += Frames)
        {
            if (TPass.UpdatesActivations)
            {
                UpdateActivations<TTile, TDivergence>(args, frame, activations, lanes, numerators);
            }
            else
            {
                var from = args.Activations.Cast<FloatQuad>().SubView((long)frame * TTile.Quads);
                for (int i = ILGPU.Group.IdxX; i < Frames * TTile.Quads; i += Group) activations[i] = from[i];
            }
            ILGPU.Group.Barrier();
            loss += AccumulateTemplates<TTile, TDivergence, TPass>(args, slice, frame, first, activations);
            first = false;
            ILGPU.Group.Barrier();
        }
        if (TPass.SumsLoss) GroupSum.Store(losses, loss, args.Losses, slice);
    }

    private static void UpdateActivations<TTile, TDivergence>(PassArgs args, int frame, ArrayView<FloatQuad> activations, ArrayView<float> lanes, ArrayView<float> numerators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        int lane = ILGPU.Group.IdxX % Lanes, quarter = ILGPU.Group.IdxX / Lanes;
        int row = frame + quarter * FramesOfALane, pitch = args.Pitch;
        var from = args.ActivationsFrom.Cast<FloatQuad>().SubView((long)row * TTile.Quads);
        var before = args.Activations.Cast<FloatQuad>().SubView((long)row * TTile.Quads);
        var x = args.X.SubView((long)row * pitch + lane);
        var templates = args.Templates.Cast<FloatQuad>().SubView(lane * TTile.Quads);
        TTile h0 = Extrapolated<TTile>(from, before, 0, args), h1 = Extrapolated<TTile>(from, before, TTile.Quads, args);
        TTile h2 = Extrapolated<TTile>(from, before, 2 * TTile.Quads, args), h3 = Extrapolated<TTile>(from, before, 3 * TTile.Quads, args);
        TTile n0 = default, n1 = default, n2 = default, n3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        for (int f = lane; f < pitch; f += Lanes)
        {
            TTile w = TTile.Load(templates, 0);
            Contract<TTile, TDivergence>(w, h0, w, x[0], args, ref n0, ref d0);
            Contract<TTile, TDivergence>(w, h1, w, x[pitch], args, ref n1, ref d1);
            Contract<TTile, TDivergence>(w, h2, w, x[2 * pitch], args, ref n2, ref d2);
            Contract<TTile, TDivergence>(w, h3, w, x[3 * pitch], args, ref n3, ref d3);
            int advance = f + Lanes < pitch ? Lanes : 0;
            x = x.SubView(advance);
            templates = templates.SubView(advance * TTile.Quads);
        }
        Reduce<TTile, TDivergence>(args, row, n0, n1, n2, n3, d0, d1, d2, d3, activations.Cast<float>(), lanes, numerators);
    }

    /// <summary>Adds the lanes of a quarter through shared memory, then steps its four frames; lane l takes sums l, l + 32, ...</summary>
    private static void Reduce<TTile, TDivergence>(
        PassArgs args, int row, TTile n0, TTile n1, TTile n2, TTile n3, TTile d0, TTile d1, TTile d2, TTile d3, ArrayView<float> activations, ArrayView<float> lanes, ArrayView<float> numerators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        int lane = ILGPU.Group.IdxX % Lanes, quarter = ILGPU.Group.IdxX / Lanes;
        int rank = 4 * TTile.Quads, sums = FramesOfALane * rank;
        var mine = lanes.SubView(quarter * sums * LanePitch);
        Spread(mine, lane, n0, n1, n2, n3);
        ILGPU.Group.Barrier();
        if (TDivergence.HasDenominator)
        {
            for (int r = lane; r < sums; r += Lanes) numerators[quarter * sums + r] = RowSum(mine, r);
            ILGPU.Group.Barrier();
            Spread(mine, lane, d0, d1, d2, d3);
            ILGPU.Group.Barrier();
        }
        for (int r = lane; r < sums; r += Lanes)
        {
            int k = r % rank;
            long cell = (long)row * rank + r;
            float sum = RowSum(mine, r);
            float numerator = TDivergence.HasDenominator ? numerators[quarter * sums + r] : sum;
            float denominator = TDivergence.HasDenominator ? sum
                : TDivergence.UsesGram ? GramTimes(args, (long)row * rank + r - k, k, rank) : args.TemplateSums[k];
            activations[quarter * sums + r] = FactorUpdate.Step(Extrapolated(args, cell), numerator, denominator, args.Exponent, args.Floor);
        }
        ILGPU.Group.Barrier();
        for (int r = lane; r < sums; r += Lanes) args.Activations[(long)row * rank + r] = activations[quarter * sums + r];
    }

    /// <summary>One bin of one frame: the cell's terms, contracted with the template.</summary>
    private static void Contract<TTile, TDivergence>(TTile template, TTile activation, TTile factor, float x, PassArgs args, ref TTile numerator, ref TTile denominator)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
    {
        if (TDivergence.UsesGram)
        {
            numerator = TTile.Fma(numerator, factor, x);
            return;
        }
        TDivergence.Terms(x, TTile.Dot(template, activation, args.Epsilon), args.Beta, out float n, out float d);
        numerator = TTile.Fma(numerator, factor, n);
        if (TDivergence.HasDenominator) denominator = TTile.Fma(denominator, factor, d);
    }

    private static float AccumulateTemplates<TTile, TDivergence, TPass>(PassArgs args, int slice, int frame, bool first, ArrayView<FloatQuad> activations)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        int pitch = args.Pitch;
        long partial = (long)slice * pitch * TTile.Quads;
        var templates = args.TemplatesToUpdate.Cast<FloatQuad>();
        float loss = 0f;
        for (int f = ILGPU.Group.IdxX; f < pitch; f += Group)
        {
            TTile w = TTile.Load(templates, f * TTile.Quads);
            TTile numerator = default, denominator = default;
            if (TPass.AccumulatesTemplates && !first)
            {
                numerator = TTile.Load(args.Numerators.Cast<FloatQuad>().SubView(partial), f * TTile.Quads);
                if (TDivergence.HasDenominator) denominator = TTile.Load(args.Denominators.Cast<FloatQuad>().SubView(partial), f * TTile.Quads);
            }
            var x = args.X.SubView((long)frame * pitch + f);
            var h = activations;
            for (int i = 0; i < Frames; i++)
            {
                TTile row = TTile.Load(h, 0);
                float cell = x[0];
                if (TPass.AccumulatesTemplates) Contract<TTile, TDivergence>(w, row, row, cell, args, ref numerator, ref denominator);
                if (TPass.SumsLoss && f < args.Bins) loss += TDivergence.Loss(cell, TTile.Dot(w, row, args.Epsilon), args.Beta);
                if (i + 1 < Frames)
                {
                    x = x.SubView(pitch);
                    h = h.SubView(TTile.Quads);
                }
            }
            if (TPass.AccumulatesTemplates)
            {
                TTile.Store(args.Numerators.Cast<FloatQuad>().SubView(partial), f * TTile.Quads, numerator);
                if (TDivergence.HasDenominator) TTile.Store(args.Denominators.Cast<FloatQuad>().SubView(partial), f * TTile.Quads, denominator);
            }
        }
        return loss;
    }

    /// <summary>One lane's sums of four frames into its column of the reduction.</summary>
    private static void Spread<TTile>(ArrayView<float> lanes, int lane, TTile a, TTile b, TTile c, TTile d) where TTile : struct, IRegisterTile<TTile>
    {
        TTile.Scatter(lanes, lane, LanePitch, a);
        TTile.Scatter(lanes, 4 * TTile.Quads * LanePitch + lane, LanePitch, b);
        TTile.Scatter(lanes, 8 * TTile.Quads * LanePitch + lane, LanePitch, c);
        TTile.Scatter(lanes, 12 * TTile.Quads * LanePitch + lane, LanePitch, d);
    }

    private static float RowSum(ArrayView<float> lanes, int row)
    {
        var v = lanes.SubView(row * LanePitch);
        float a = 0f, b = 0f, c = 0f, d = 0f;
        for (int i = 0; i < Lanes; i += 4)
        {
            a += v[i];
            b += v[i + 1];
            c += v[i + 2];
            d += v[i + 3];
        }
        return a + b + (c + d);
    }

    /// <summary>sum_j (W^T W)[k][j] h[j], j upwards.</summary>
    private static float GramTimes(PassArgs args, long firstActivation, int k, int rank)
    {
        float sum = 0f;
        for (int j = 0; j < rank; j++) sum += args.TemplateGram[k * rank + j] * Extrapolated(args, firstActivation + j);
        return sum;
    }

    private static TTile Extrapolated<TTile>(ArrayView<FloatQuad> from, ArrayView<FloatQuad> before, int index, PassArgs args) where TTile : struct, IRegisterTile<TTile> =>
        TTile.Extrapolate(TTile.Load(from, index), TTile.Load(before, index), args.Extrapolation);

    /// <summary>The activation that a step starts from.</summary>
    private static float Extrapolated(PassArgs args, long cell) =>
        FactorUpdate.Extrapolate(args.ActivationsFrom[cell], args.Activations[cell], args.Extrapolation);
}
