namespace GpuNmf.Reference;

/// <summary>
/// Numbers that look random and are a pure function of (seed, stream, index), so that any part of a sequence can be made on its own.
/// The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
/// </summary>
/// <param name="Seed">Chooses the whole family.</param>
/// <param name="Stream">Chooses one sequence of the family.</param>
public readonly record struct CounterRandom(ulong Seed, ulong Stream)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>64 mixed bits.</summary>
    /// <param name="index">Position in the sequence.</param>
    public ulong Bits(long index) => Mix(Mix(Mix(Seed + GoldenGamma) + Stream) + unchecked((ulong)index * GoldenGamma));

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    /// <param name="index">Position in the sequence.</param>
    public double Uniform(long index) => (Bits(index) >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in [-1, 1).</summary>
    /// <param name="index">Position in the sequence.</param>
    public double Bipolar(long index) => 2 * Uniform(index) - 1;

    /// <summary>Standard normal, by Box and Muller (1958): sqrt(-2 ln u) cos(2 pi v) from the uniforms 2 index and 2 index + 1.</summary>
    /// <param name="index">Position in the sequence.</param>
    public double Normal(long index) =>
        Math.Sqrt(-2 * Math.Log(1 - Uniform(2 * index))) * Math.Cos(2 * Math.PI * Uniform(2 * index + 1));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
