namespace GpuNmf.Nmf;

/// <summary>The order of the components in a sweep of coordinate descent.</summary>
internal static class SweepOrder
{
    /// <summary>Templates', then activations' order of one iteration [2][length]; what lies behind the rank is not used.</summary>
    /// <param name="rank">Components.</param>
    /// <param name="length">K'.</param>
    /// <param name="iteration">From 1.</param>
    /// <param name="seed">Null: as they are numbered.</param>
    internal static int[] Of(int rank, int length, int iteration, ulong? seed)
    {
        var order = new int[2 * length];
        for (int factor = 0; factor < 2; factor++)
        {
            var own = order.AsSpan(factor * length, rank);
            for (int k = 0; k < rank; k++) own[k] = k;
            if (seed is { } key) Shuffle(own, (uint)iteration, (uint)factor, key);
        }
        return order;
    }

    /// <summary>Fisher and Yates' shuffle; a 32-bit word leaves a bias below 1e-7 for 256 components.</summary>
    private static void Shuffle(Span<int> values, uint iteration, uint factor, ulong seed)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)((ulong)Philox.Words(RandomStream.SweepOrder, (iteration, factor, (uint)i), seed).A * (uint)(i + 1) >> 32);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
