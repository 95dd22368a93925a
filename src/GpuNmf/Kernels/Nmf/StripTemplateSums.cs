using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>What a slice sums for the templates' denominators beside the contraction: the activations (beta 1) or their Gram matrix (beta 2).</summary>
internal static unsafe class StripTemplateSums
{
    /// <summary>Adds four frames, frames upwards.</summary>
    /// <param name="args">View of the model.</param>
    /// <param name="slice">Slice whose partial sums they are.</param>
    /// <param name="frame">First of the four.</param>
    /// <param name="isFirst">True: the partial sums hold nothing yet.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<TVector, TLanes, TDivergence>(in PassArgs args, int slice, int frame, bool isFirst)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        int length = args.RankPitch;
        float* h = args.Activations.Pointer() + (long)frame * length;
        if (StripTemplateKernel.UsesSums<TDivergence>(args.Rule))
            AddScaled<TVector, TLanes>(h, length, 1f, 1f, 1f, 1f, args.Sums.ActivationSums.Pointer() + (long)slice * length, isFirst);
        if (!TDivergence.UsesGram) return;
        float* gram = args.Sums.ActivationGrams.Pointer() + (long)slice * length * length;
        for (int j = 0; j < args.Rank; j++)
            AddScaled<TVector, TLanes>(h, length, h[j], h[length + j], h[2 * length + j], h[3 * length + j], gram + j * length, isFirst);
    }

    /// <summary>target += scale f * row f of four rows of values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<TVector, TLanes>(float* values, int length, float scale0, float scale1, float scale2, float scale3, float* target, bool isFirst)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector s0 = TLanes.Broadcast(scale0), s1 = TLanes.Broadcast(scale1), s2 = TLanes.Broadcast(scale2), s3 = TLanes.Broadcast(scale3);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            var sum = TLanes.Fma(TLanes.Load(values + i), s0, isFirst ? default : TLanes.Load(target + i));
            sum = TLanes.Fma(TLanes.Load(values + length + i), s1, sum);
            sum = TLanes.Fma(TLanes.Load(values + 2 * length + i), s2, sum);
            TLanes.Store(TLanes.Fma(TLanes.Load(values + 3 * length + i), s3, sum), target + i);
        }
    }
}
