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

    [External("strip_template")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Component<TVector, TLanes, TDivergence>(TemplateArgs args, int k)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        if (k >= args.Rank) return;
        long templates = args.Lengths.Templates, row = (long)k * args.Pitch;
        float* numerators = args.Numerators.Pointer() + row;
        float* denominators = args.Denominators.Pointer() + row;
        float* grams = args.ActivationGrams.Pointer() + k * args.RankPitch;
        float activationSum = 0;
        StripSliceTree.Reduce<TVector, TLanes>(numerators, templates, args.Slices, args.Pitch);
        if (TDivergence.HasDenominator)
            StripSliceTree.Reduce<TVector, TLanes>(denominators, templates, args.Slices, args.Pitch);
        else if (TDivergence.UsesGram)
            StripSliceTree.Reduce<TVector, TLanes>(grams, (long)args.RankPitch * args.RankPitch, args.Slices, args.RankPitch);
        else
            activationSum = StripSliceTree.ReduceOne(args.ActivationSums.Pointer() + k, args.RankPitch, args.Slices);

        float* from = args.From.Pointer();
        float* before = args.Before.Pointer() + row;
        float* to = args.To.Pointer() + row;
        float* extrapolated = args.ToExtrapolated.Pointer() + row;
        var sum = default(TVector);
        for (int m = 0; m < args.Pitch; m += TLanes.Count)
        {
            TVector denominator;
            if (TDivergence.HasDenominator)
            {
                denominator = TLanes.Load(denominators + m);
            }
            else if (TDivergence.UsesGram)
            {
                denominator = default;
                for (int j = 0; j < args.Rank; j++)
                    denominator = TLanes.Fma(TLanes.Load(from + (long)j * args.Pitch + m), TLanes.Broadcast(grams[j]), denominator);
            }
            else
            {
                denominator = TLanes.Broadcast(activationSum);
            }
            var next = Step<TVector, TLanes>(TLanes.Load(from + row + m), TLanes.Load(numerators + m), denominator, args.Exponent, args.Floor);
            TLanes.Store(next, to + m);
            sum = TLanes.Add(sum, next);
        }
        if (extrapolated != to) StripActivationStep.Extrapolate<TVector, TLanes>(to, before, args.Extrapolation, extrapolated, args.Pitch);
        args.TemplateSums.Pointer()[k] = TLanes.Sum(sum);
    }

    /// <summary><see cref="FactorUpdate.Step"/> in vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step<TVector, TLanes>(TVector factor, TVector numerator, TVector denominator, float exponent, float floor)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var scale = TLanes.Divide(numerator, TLanes.Max(denominator, TLanes.Broadcast(FactorUpdate.SmallestDenominator)));
        if (exponent == 0.5f) scale = TLanes.Sqrt(scale);
        else if (exponent != 1f) scale = TLanes.WherePositive(scale, TLanes.Exp(TLanes.Multiply(TLanes.Broadcast(exponent), TLanes.Log(scale))));
        return TLanes.ZeroBelow(TLanes.Multiply(factor, scale), TLanes.Broadcast(floor));
    }

    [External("strip_gram")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GramRow<TVector, TLanes>(TemplateArgs args, int k)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        if (k >= args.Rank) return;
        float* templates = args.To.Pointer();
        float* mine = templates + (long)k * args.Pitch;
        for (int j = 0; j < args.Rank; j++)
        {
            float* other = templates + (long)j * args.Pitch;
            TVector a = default, b = default;
            for (int m = 0; m < args.Pitch; m += 2 * TLanes.Count)
            {
                a = TLanes.Fma(TLanes.Load(mine + m), TLanes.Load(other + m), a);
                b = TLanes.Fma(TLanes.Load(mine + m + TLanes.Count), TLanes.Load(other + m + TLanes.Count), b);
            }
            args.TemplateGram.Pointer()[k * args.RankPitch + j] = TLanes.Sum(TLanes.Add(a, b));
        }
    }
}
