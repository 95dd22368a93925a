using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// The multiplicative step of the templates on the CPU accelerator: a group of one thread takes one component.
/// Slices are added in the fixed tree of <see cref="StripSliceTree"/>.
/// </summary>
/// <remarks>Templates [K][P]. Reads S x K x P partial sums once; writes K x P templates and K sums.</remarks>
internal static unsafe class StripTemplateKernel
{
    /// <summary>Launch with one group of one thread a model and component.</summary>
    public static void Run<TVector, TLanes, TDivergence>(TemplateArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence =>
        Component<TVector, TLanes, TDivergence>(args.Of<TDivergence>(Grid.IdxX % args.ModelCount), Grid.IdxX / args.ModelCount);

    /// <summary>A row of W^T W; launch with one group of one thread a model and component, after <see cref="Run"/>.</summary>
    public static void Gram<TVector, TLanes>(TemplateArgs args)
        where TVector : unmanaged
        where TLanes : ILanes<TVector> =>
        GramRow<TVector, TLanes>(args.Of<Frobenius>(Grid.IdxX % args.ModelCount), Grid.IdxX / args.ModelCount);

    /// <summary>Component <paramref name="k"/> of one model.</summary>
    [External("strip_template")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Component<TVector, TLanes, TDivergence>(TemplateArgs args, int k)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        if (k >= args.Rank) return;
        long templates = args.Lengths.Templates, row = (long)k * args.Pitch;
        float* numerators = args.Sums.Numerators.Pointer() + row;
        float* denominators = args.Sums.Denominators.Pointer() + row;
        float* products = stackalloc float[TDivergence.UsesGram ? args.Pitch : 1];
        float activationSum = 0;
        StripSliceTree.Reduce<TVector, TLanes>(numerators, templates, args.Slices, args.Pitch);
        if (TDivergence.HasDenominator)
        {
            StripSliceTree.Reduce<TVector, TLanes>(denominators, templates, args.Slices, args.Pitch);
        }
        else if (TDivergence.UsesGram)
        {
            float* gram = args.Sums.ActivationGrams.Pointer() + k * args.RankPitch;
            StripSliceTree.Reduce<TVector, TLanes>(gram, (long)args.RankPitch * args.RankPitch, args.Slices, args.RankPitch);
            if (!TDivergence.Descends) TimesGram<TVector, TLanes>(args, gram, products);
            denominators = products;
        }
        if (UsesSums<TDivergence>(args.Rule)) activationSum = StripSliceTree.ReduceOne(args.Sums.ActivationSums.Pointer() + k, args.RankPitch, args.Slices);
        float* from = args.From.Pointer() + row;
        if (args.Rule.Sparsity > 0)
        {
            float norm = Norm<TVector, TLanes>(from, args.Pitch);
            args.Sums.Weights.Pointer()[args.RankPitch + k] = norm > 0 ? args.Rule.Sparsity * activationSum / norm : 0;
        }
        if (TDivergence.Descends) return;

        StepRule rule = args.RuleOf(k);
        float* before = args.Before.Pointer() + row;
        float* to = args.To.Pointer() + row;
        float* extrapolated = args.ToExtrapolated.Pointer() + row;
        var sum = default(TVector);
        bool isFixed = k < args.Rule.Fixed;
        for (int m = 0; m < args.Pitch; m += TLanes.Count)
        {
            var current = TLanes.Load(from + m);
            var denominator = TDivergence.HasDenominator || TDivergence.UsesGram ? TLanes.Load(denominators + m) : TLanes.Broadcast(activationSum);
            var next = isFixed ? current : StripFactorStep.Step<TVector, TLanes>(current, TLanes.Load(numerators + m), denominator, rule);
            TLanes.Store(next, to + m);
            sum = TLanes.Add(sum, next);
        }
        if (extrapolated != to) StripFactorStep.Extrapolate<TVector, TLanes>(to, before, args.Extrapolation, extrapolated, args.Pitch);
        if (!TDivergence.HasDenominator && !TDivergence.UsesGram) args.Sums.TemplateSums.Pointer()[k] = TLanes.Sum(sum);
        if (args.Rule.Sparsity > 0 && !TDivergence.UsesGram) args.Sums.Weights.Pointer()[k] = args.Rule.Sparsity * Norm<TVector, TLanes>(to, args.Pitch);
    }

    /// <summary>Whether the sums of the activations over the frames are wanted.</summary>
    internal static bool UsesSums<TDivergence>(in StepRule rule) where TDivergence : IDivergence =>
        (!TDivergence.HasDenominator && !TDivergence.UsesGram) || rule.Sparsity > 0;

    /// <summary>Row <paramref name="k"/> of W^T W up to the diagonal, and the column that mirrors it.</summary>
    [External("strip_gram")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void GramRow<TVector, TLanes>(TemplateArgs args, int k)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        if (k >= args.Rank) return;
        float* templates = args.To.Pointer();
        float* gram = args.Sums.TemplateGram.Pointer();
        float* mine = templates + (long)k * args.Pitch;
        for (int j = 0; j <= k; j += 2)
        {
            // The second of the two may lie behind the diagonal; there it is the first once more.
            int last = Math.Min(j + 1, k);
            float* one = templates + (long)j * args.Pitch;
            float* two = templates + (long)last * args.Pitch;
            TVector a = default, b = default, c = default, d = default;
            for (int m = 0; m < args.Pitch; m += 2 * TLanes.Count)
            {
                TVector low = TLanes.Load(mine + m), high = TLanes.Load(mine + m + TLanes.Count);
                a = TLanes.Fma(low, TLanes.Load(one + m), a);
                b = TLanes.Fma(high, TLanes.Load(one + m + TLanes.Count), b);
                c = TLanes.Fma(low, TLanes.Load(two + m), c);
                d = TLanes.Fma(high, TLanes.Load(two + m + TLanes.Count), d);
            }
            gram[k * args.RankPitch + j] = gram[j * args.RankPitch + k] = TLanes.Sum(TLanes.Add(a, b));
            gram[k * args.RankPitch + last] = gram[last * args.RankPitch + k] = TLanes.Sum(TLanes.Add(c, d));
        }
        if (args.Rule.Sparsity > 0) args.Sums.Weights.Pointer()[k] = args.Rule.Sparsity * MathF.Sqrt(gram[k * args.RankPitch + k]);
    }

    /// <summary>The Euclidean norm of a template: SIMD lanes, bins upwards in each, then the lanes.</summary>
    private static float Norm<TVector, TLanes>(float* template, int pitch)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var sum = default(TVector);
        for (int m = 0; m < pitch; m += TLanes.Count)
        {
            var entries = TLanes.Load(template + m);
            sum = TLanes.Fma(entries, entries, sum);
        }
        return MathF.Sqrt(TLanes.Sum(sum));
    }

    /// <summary>products[bin] = sum_j W[j][bin] gram[j], j upwards; two vectors of bins at a time, so that their sums overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TimesGram<TVector, TLanes>(in TemplateArgs args, float* gram, float* products)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        for (int m = 0; m < args.Pitch; m += 2 * TLanes.Count)
        {
            float* w = args.From.Pointer() + m;
            TVector a = default, b = default;
            for (int j = 0; j < args.Rank; j++, w += args.Pitch)
            {
                var scale = TLanes.Broadcast(gram[j]);
                a = TLanes.Fma(TLanes.Load(w), scale, a);
                b = TLanes.Fma(TLanes.Load(w + TLanes.Count), scale, b);
            }
            TLanes.Store(a, products + m);
            TLanes.Store(b, products + m + TLanes.Count);
        }
    }
}
