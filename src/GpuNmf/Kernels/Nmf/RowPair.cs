using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>A register tile for each of a thread's two rows of a factor.</summary>
internal struct RowPair<TTile> where TTile : struct, IRegisterTile<TTile>
{
    public TTile A;
    public TTile B;

    /// <inheritdoc cref="RegisterTiles.Mark"/>
    public int Mark;
}

/// <summary>The inner step of the kernels of one factor.</summary>
internal static class RowPairs
{
    /// <summary>Pairs of rows that a group works on.</summary>
    internal const int OfAGroup = 64;

    /// <summary>Entries of the other factor that a group holds in shared memory at a time.</summary>
    internal const int Entries = 8;

    /// <summary>One entry of the other factor: the terms of two cells, contracted with it.</summary>
    internal static void Take<TTile, TDivergence, TShare>(
        TTile entry, RowPair<TTile> rows, float xA, float xB, float epsilon, float beta, ref RowPair<TTile> numerators, ref RowPair<TTile> denominators)
        where TTile : struct, IRegisterTile<TTile>
        where TDivergence : IDivergence
        where TShare : struct, IRankShare
    {
        if (TDivergence.UsesGram)
        {
            numerators.A = TTile.Fma(numerators.A, entry, xA);
            numerators.B = TTile.Fma(numerators.B, entry, xB);
            return;
        }
        float vA = TShare.Join(TTile.Dot(rows.A, entry, epsilon)), vB = TShare.Join(TTile.Dot(rows.B, entry, epsilon));
        TDivergence.Terms(xA, vA, beta, out float nA, out float dA);
        TDivergence.Terms(xB, vB, beta, out float nB, out float dB);
        numerators.A = TTile.Fma(numerators.A, entry, nA);
        numerators.B = TTile.Fma(numerators.B, entry, nB);
        if (!TDivergence.HasDenominator) return;
        denominators.A = TTile.Fma(denominators.A, entry, dA);
        denominators.B = TTile.Fma(denominators.B, entry, dB);
    }

    /// <summary>Copies a tile of the other factor, a quad a thread: <see cref="Entries"/> entries of at most 32 components for each thread of a share.</summary>
    internal static void Copy(ArrayView<FloatQuad> from, ArrayView<FloatQuad> to, int count)
    {
        if (Group.IdxX < count) to[Group.IdxX] = from[Group.IdxX];
    }
}
