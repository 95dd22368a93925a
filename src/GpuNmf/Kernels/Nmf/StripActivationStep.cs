using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The multiplicative step of the activations of four frames, from the finished sums over the bins.</summary>
internal static unsafe class StripActivationStep
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TVector, TLanes, TDivergence>(in PassArgs args, int frame, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        float* gram = stackalloc float[TDivergence.UsesGram ? args.RankPitch : 1];
        float* sums = args.TemplateSums.Pointer();
        for (int f = 0; f < StripPassKernel.FrameBlock; f++)
        {
            long row = (long)(frame + f) * args.RankPitch;
            float* from = args.ActivationsFrom.Pointer() + row;
            float* to = args.Activations.Pointer() + row;
            if (TDivergence.UsesGram) GramTimes<TVector, TLanes>(args, from, gram);
            for (int k = 0; k < args.Rank; k++)
            {
                float numerator = TLanes.Sum(tile.Numerators[StripPassKernel.FrameBlock * k + f]);
                float denominator = TDivergence.UsesGram ? gram[k]
                    : TDivergence.HasDenominator ? TLanes.Sum(tile.Denominators[StripPassKernel.FrameBlock * k + f]) : sums[k];
                to[k] = FactorUpdate.Step(from[k], numerator, denominator, args.Exponent, args.Floor);
            }
        }
    }

    /// <summary>product[k] = sum_j (W^T W)[j][k] h[j], j upwards.</summary>
    private static void GramTimes<TVector, TLanes>(in PassArgs args, float* activations, float* product)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        float* gram = args.TemplateGram.Pointer();
        for (int k = 0; k < args.RankPitch; k += TLanes.Count)
        {
            TVector sum = default;
            for (int j = 0; j < args.Rank; j++)
                sum = TLanes.Fma(TLanes.Load(gram + j * args.RankPitch + k), TLanes.Broadcast(activations[j]), sum);
            TLanes.Store(sum, product + k);
        }
    }
}
