using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The multiplicative step of the activations of a block of frames, from the finished sums over the bins.</summary>
internal static unsafe class StripActivationStep
{
    /// <summary>Where the update of some frames starts from: H itself, or H_ext in <paramref name="room"/>.</summary>
    /// <returns>[frames][K'].</returns>
    internal static float* Start<TVector, TLanes>(in PassArgs args, int frame, int frames, float* room)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        long row = (long)frame * args.RankPitch;
        float* from = args.ActivationsFrom.Pointer() + row;
        if (args.Extrapolation == 0) return from;
        StripFactorStep.Extrapolate<TVector, TLanes>(from, args.Activations.Pointer() + row, args.Extrapolation, room, frames * args.RankPitch);
        return room;
    }

    /// <summary>K' is a whole number of vectors; what lies behind the rank is zero and stays it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Run<TVector, TLanes, TDivergence>(in PassArgs args, int frame, int frames, float* start, in StripTile<TVector> tile)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
    {
        int rankPitch = args.RankPitch;
        float* grams = stackalloc float[TDivergence.UsesGram ? frames * rankPitch : 1];
        float* sums = args.Sums.TemplateSums.Pointer();
        float* to = args.Activations.Pointer() + (long)frame * rankPitch;
        if (TDivergence.UsesGram)
            for (int f = 0; f < frames; f += StripPassKernel.FrameBlock) GramTimes<TVector, TLanes>(args, start + f * rankPitch, grams + f * rankPitch);
        if (TDivergence.Descends)
        {
            for (int f = 0; f < frames; f++)
                StripDescent.Frame<TVector, TLanes>(args, start + f * rankPitch, tile.Numerators + f, frames, grams + f * rankPitch, to + f * rankPitch, args.Descent.Violations.Pointer() + frame + f);
            return;
        }
        for (int f = 0; f < frames; f++)
        {
            for (int k = 0; k < rankPitch; k += TLanes.Count)
            {
                var numerator = TLanes.SumEach(tile.Numerators + frames * k + f, frames);
                var denominator = TDivergence.UsesGram ? TLanes.Load(grams + f * rankPitch + k)
                    : TDivergence.HasDenominator ? TLanes.SumEach(tile.Denominators + frames * k + f, frames) : TLanes.Load(sums + k);
                if (args.Rule.Sparsity > 0) denominator = TLanes.Add(denominator, TLanes.Load(args.Sums.Weights.Pointer() + k));
                int i = f * rankPitch + k;
                TLanes.Store(StripFactorStep.Step<TVector, TLanes>(TLanes.Load(start + i), numerator, denominator, args.Rule), to + i);
            }
        }
    }

    /// <summary>products[frame][k] = sum_j (W^T W)[j][k] h[frame][j], j upwards, of four frames.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GramTimes<TVector, TLanes>(in PassArgs args, float* activations, float* products)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        int rankPitch = args.RankPitch;
        float* h0 = activations, h1 = h0 + rankPitch, h2 = h1 + rankPitch, h3 = h2 + rankPitch;
        for (int k = 0; k < rankPitch; k += TLanes.Count)
        {
            float* gram = args.Sums.TemplateGram.Pointer() + k;
            TVector s0 = default, s1 = default, s2 = default, s3 = default;
            for (int j = 0; j < args.Rank; j++, gram += rankPitch)
            {
                var row = TLanes.Load(gram);
                s0 = TLanes.Fma(row, TLanes.Broadcast(h0[j]), s0);
                s1 = TLanes.Fma(row, TLanes.Broadcast(h1[j]), s1);
                s2 = TLanes.Fma(row, TLanes.Broadcast(h2[j]), s2);
                s3 = TLanes.Fma(row, TLanes.Broadcast(h3[j]), s3);
            }
            TLanes.Store(s0, products + k);
            TLanes.Store(s1, products + rankPitch + k);
            TLanes.Store(s2, products + 2 * rankPitch + k);
            TLanes.Store(s3, products + 3 * rankPitch + k);
        }
    }
}
