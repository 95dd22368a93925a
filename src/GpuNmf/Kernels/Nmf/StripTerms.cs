using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>The terms that cells of X and of V = W H make.</summary>
internal static unsafe class StripTerms
{
    /// <summary>Two vectors of bins of one frame of a block.</summary>
    /// <param name="args">View of the model.</param>
    /// <param name="x">The first of the bins in the block's first frame.</param>
    /// <param name="row">Floats between the rows of the tile's planes.</param>
    /// <param name="frame">Frame of the block.</param>
    /// <param name="m">Where the bins stand in the planes.</param>
    /// <param name="low">V of the first vector.</param>
    /// <param name="high">V of the second one.</param>
    /// <param name="tile">Receives the terms, or V where <see cref="OfBlock"/> forms them.</param>
    /// <param name="losses">A vector a frame.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void OfPair<TVector, TLanes, TDivergence, TPass>(
        in PassArgs args, float* x, int row, int frame, int m, TVector low, TVector high, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        float* numerators = tile.NumeratorPlane + frame * row + m;
        if (AreApart<TDivergence, TPass>())
        {
            TLanes.Store(low, numerators);
            TLanes.Store(high, numerators + TLanes.Count);
            return;
        }
        float* cells = x + (long)frame * args.Pitch, denominators = tile.DenominatorPlane + frame * row + m;
        OfCell<TVector, TLanes, TDivergence, TPass>(args.Beta, cells, low, numerators, denominators, losses + frame);
        OfCell<TVector, TLanes, TDivergence, TPass>(args.Beta, cells + TLanes.Count, high, numerators + TLanes.Count, denominators + TLanes.Count, losses + frame);
    }

    /// <summary>What is left to do when V of a block stands in the tile, if anything is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void OfBlock<TVector, TLanes, TDivergence, TPass>(in PassArgs args, float* x, int row, int frames, int bins, in StripTile<TVector> tile, TVector* losses)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        if (!AreApart<TDivergence, TPass>()) return;
        for (int f = 0; f < frames; f++, x += args.Pitch)
        {
            float* numerators = tile.NumeratorPlane + f * row, denominators = tile.DenominatorPlane + f * row;
            for (int m = 0; m < bins; m += TLanes.Count)
                OfCell<TVector, TLanes, TDivergence, TPass>(args.Beta, x + m, TLanes.Load(numerators + m), numerators + m, denominators + m, losses + f);
        }
    }

    /// <summary>
    /// True: V is stored first, and its terms are formed in a loop of their own. Logarithms and powers are calls, which a processor
    /// gives up all of its vector registers for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreApart<TDivergence, TPass>() where TDivergence : IDivergence where TPass : IPass =>
        TDivergence.UsesPowers || (TPass.SumsLoss && !TDivergence.UsesGram);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OfCell<TVector, TLanes, TDivergence, TPass>(float beta, float* x, TVector v, float* numerator, float* denominator, TVector* loss)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
        where TDivergence : IDivergence
        where TPass : IPass
    {
        var cell = TLanes.Load(x);
        if (TPass.SumsLoss) *loss = TLanes.Add(*loss, TDivergence.Loss<TVector, TLanes>(cell, v, beta));
        if (TDivergence.UsesGram) return;
        TDivergence.Terms<TVector, TLanes>(cell, v, beta, out var n, out var d);
        TLanes.Store(n, numerator);
        if (TDivergence.HasDenominator) TLanes.Store(d, denominator);
    }
}
