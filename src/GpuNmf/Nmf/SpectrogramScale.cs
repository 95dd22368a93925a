namespace GpuNmf.Nmf;

/// <summary>
/// The powers of two between the caller's numbers and those of the kernels: X' = X 2^e with mean(X') near 1, W' = W 2^a, H' = H 2^b,
/// a + b = e. Multiplying by them is exact, so scaling X by a power of two scales the result exactly.
/// </summary>
internal readonly record struct SpectrogramScale
{
    private SpectrogramScale(int spectrogram, int templates)
    {
        Spectrogram = spectrogram;
        Templates = templates;
    }

    /// <summary>e.</summary>
    internal int Spectrogram { get; }

    /// <summary>a.</summary>
    internal int Templates { get; }

    /// <summary>b.</summary>
    internal int Activations => Spectrogram - Templates;

    /// <summary>The scale for a mean of X; both factors take half of it.</summary>
    /// <param name="mean">Mean of X, above zero.</param>
    internal static SpectrogramScale For(double mean)
    {
        int e = Math.Clamp((int)Math.Round(-Math.Log2(mean)), -126, 126);
        return new SpectrogramScale(e, e >> 1);
    }

    /// <summary>
    /// The same with the factors of a start brought into range: where one is larger than the other by 2^32 or more, part of it moves over.
    /// It moves in steps of 2^16, so that going on from a result uses the scale that made it.
    /// </summary>
    internal SpectrogramScale Balanced(double meanTemplates, double meanActivations)
    {
        if (!(meanTemplates > 0 && meanActivations > 0)) return this;
        double ratio = Math.Log2(meanTemplates) + Templates - Math.Log2(meanActivations) - Activations;
        int step = Math.Abs(ratio) < 32 ? 0 : 16 * (int)Math.Round(ratio / 32);
        return new SpectrogramScale(Spectrogram, Templates - step);
    }

    /// <summary>Writes both exponents.</summary>
    internal void Save(BinaryWriter writer)
    {
        writer.Write(Spectrogram);
        writer.Write(Templates);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    internal static SpectrogramScale Load(BinaryReader reader) => new(reader.ReadInt32(), reader.ReadInt32());

    /// <summary>D_beta(X | W H) from D_beta(X' | W' H').</summary>
    internal double UnscaleLoss(double loss, double beta) => loss * Math.Pow(2, -Spectrogram * beta);
}
