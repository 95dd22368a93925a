using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The multiplicative step of the activations of four frames, from the finished sums over the bins.</summary>
internal static unsafe class StripActivationStep
{
    /// <summary>Where the update of four frames starts from: H itself, or H_ext in <paramref name="room"/>.</summary>
    /// <returns>[4][K'].</returns>
    internal static float* Start<TVector, TLanes>(in PassArgs args, int frame, float* room)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long row = (long)frame * args.RankPitch;
        float* from = args.ActivationsFrom.Pointer() + row;
        if (args.Extrapolation == 0) return from;
        Extrapolate<TVector, TLanes>(from, args.Activations.Pointer() + row, args.Extrapolation, room, StripPassKernel.FrameBlock * args.RankPitch);
        return room;
    }

    /// <summary><see cref="FactorUpdate.Extrapolate"/> in vectors; the length is a whole number of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Extrapolate<TVector, TLanes>(float* factor, float* before, float b, float* to, int length)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        var scale = TLanes.Broadcast(b);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            var current = TLanes.Load(factor + i);
            var rise = TLanes.Max(TLanes.Subtract(current, TLanes.Load(before + i)), default);
            TLanes.Store(TLanes.Fma(rise, scale, current), to + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TVector, TLanes, TDivergence>(in PassArgs args, int frame, float* start, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        float* gram = stackalloc float[TDivergence.UsesGram ? args.RankPitch : 1];
        float* sums = args.TemplateSums.Pointer();
        for (int f = 0; f < StripPassKernel.FrameBlock; f++)
        {
            long row = (long)(frame + f) * args.RankPitch;
            float* from = start + f * args.RankPitch;
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
