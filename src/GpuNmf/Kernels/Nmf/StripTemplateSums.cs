using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>What a slice sums for the templates' denominators beside the contraction: the activations (beta 1) or their Gram matrix (beta 2).</summary>
internal static unsafe class StripTemplateSums
{
    /// <summary>Zeroes the slice's partial sums.</summary>
    internal static void Clear<TDivergence>(in PassArgs args, int slice) where TDivergence : IDivergence
    {
        int templates = args.Lengths.Templates;
        new Span<float>(args.Numerators.Pointer() + (long)slice * templates, templates).Clear();
        if (TDivergence.HasDenominator)
            new Span<float>(args.Denominators.Pointer() + (long)slice * templates, templates).Clear();
        else if (TDivergence.UsesGram)
            new Span<float>(args.ActivationGrams.Pointer() + (long)slice * args.RankPitch * args.RankPitch, args.RankPitch * args.RankPitch).Clear();
        else
            new Span<float>(args.ActivationSums.Pointer() + (long)slice * args.RankPitch, args.RankPitch).Clear();
    }

    /// <summary>Adds four frames, frames upwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<TVector, TLanes, TDivergence>(in PassArgs args, int slice, int frame)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        if (TDivergence.HasDenominator) return;
        float* h = args.Activations.Pointer() + (long)frame * args.RankPitch;
        for (int f = 0; f < StripPassKernel.FrameBlock; f++, h += args.RankPitch)
        {
            if (TDivergence.UsesGram)
            {
                float* gram = args.ActivationGrams.Pointer() + (long)slice * args.RankPitch * args.RankPitch;
                for (int j = 0; j < args.Rank; j++) AddScaled<TVector, TLanes>(h, h[j], gram + j * args.RankPitch, args.RankPitch);
            }
            else
            {
                AddScaled<TVector, TLanes>(h, 1f, args.ActivationSums.Pointer() + (long)slice * args.RankPitch, args.RankPitch);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TVector, TLanes>(float* values, float scale, float* target, int length)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var s = TLanes.Broadcast(scale);
        for (int i = 0; i < length; i += TLanes.Count)
            TLanes.Store(TLanes.Fma(TLanes.Load(values + i), s, TLanes.Load(target + i)), target + i);
    }
}
