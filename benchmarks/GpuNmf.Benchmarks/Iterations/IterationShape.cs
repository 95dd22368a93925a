namespace GpuNmf.Benchmarks.Iterations;

/// <summary>Size of a factorisation. 1025 x 2584 is half a minute at 44.1 kHz with hop 512, 1025 x 51680 ten minutes.</summary>
/// <param name="Bins">F.</param>
/// <param name="Frames">T.</param>
/// <param name="Rank">K.</param>
public sealed record IterationShape(int Bins, int Frames, int Rank)
{
    /// <summary>The shapes that figures are reported for.</summary>
    public static IReadOnlyList<IterationShape> Reported { get; } = [new(1025, 2584, 8), new(1025, 2584, 32), new(1025, 2584, 64), new(1025, 51680, 8)];

    /// <summary>
    /// Flops of one Kullback-Leibler iteration: a product W H before each update, X / (W H) against each factor, 2 F T K each. Other
    /// divergences are reported in the same unit, so that figures compare.
    /// </summary>
    public double Flops => 8.0 * Bins * Frames * Rank;

    /// <summary>Bytes of X, which an iteration reads once.</summary>
    public double SpectrogramBytes => 4.0 * Bins * Frames;

    /// <inheritdoc/>
    public override string ToString() => $"{Bins} x {Frames}, K {Rank}";
}
