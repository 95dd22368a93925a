namespace GpuNmf.Nmf;

/// <summary>
/// Philox4x32-10, a counter-based generator: four random words are a function of a counter and a key alone, so any entry of a random
/// matrix can be made anywhere. Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
/// </summary>
internal static class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    /// <summary>Encrypts a counter of four words under a key of two.</summary>
    internal static (uint A, uint B, uint C, uint D) Words((uint A, uint B, uint C, uint D) counter, ulong key)
    {
        var (a, b, c, d) = counter;
        uint key0 = (uint)key, key1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p0 = (ulong)Multiplier0 * a, p1 = (ulong)Multiplier1 * c;
            (a, b, c, d) = ((uint)(p1 >> 32) ^ b ^ key0, (uint)p1, (uint)(p0 >> 32) ^ d ^ key1, (uint)p0);
            unchecked
            {
                key0 += Weyl0;
                key1 += Weyl1;
            }
        }
        return (a, b, c, d);
    }

    /// <summary>Four words of a place in a stream.</summary>
    internal static (uint A, uint B, uint C, uint D) Words(RandomStream stream, (uint A, uint B, uint C) place, ulong seed) => Words((place.A, place.B, place.C, (uint)stream), seed);

    /// <summary>One standard normal number of a place, by Box and Muller's transform of two 53-bit uniform ones.</summary>
    internal static double Normal(RandomStream stream, (uint A, uint B, uint C) place, ulong seed)
    {
        var (a, b, c, d) = Words(stream, place, seed);
        double radius = Math.Sqrt(-2 * Math.Log(Uniform(a, b)));
        return radius * Math.Cos(2 * Math.PI * Uniform(c, d));
    }

    /// <summary>One uniform number of a place, at least 0 and below 1.</summary>
    internal static double Fraction(RandomStream stream, (uint A, uint B, uint C) place, ulong seed)
    {
        var (a, b, _, _) = Words(stream, place, seed);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Above 0 and at most 1.</summary>
    private static double Uniform(uint high, uint low) => (((((ulong)high << 32) | low) >> 11) + 1) * (1.0 / (1UL << 53));
}
