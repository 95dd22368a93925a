namespace GpuNmf.Reference;

/// <summary>Window functions of the reference, all periodic.</summary>
public enum ReferenceWindow
{
    /// <summary>0.5 - 0.5 cos(2 pi n / N).</summary>
    Hann,

    /// <summary>0.54 - 0.46 cos(2 pi n / N).</summary>
    Hamming,

    /// <summary>0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N).</summary>
    Blackman,

    /// <summary>1.</summary>
    Rectangular,
}

/// <summary>What stands outside the signal when frames are centred.</summary>
public enum ReferencePadding
{
    /// <summary>Zeros.</summary>
    Constant,

    /// <summary>The signal mirrored at its first and last sample, as numpy.pad's reflect.</summary>
    Reflect,
}

/// <summary>Arguments of librosa's stft and istft, with librosa's defaults.</summary>
public sealed record StftSettings
{
    /// <summary>n_fft, a power of two.</summary>
    public int FftLength { get; init; } = 2048;

    /// <summary>hop_length in samples; null is a quarter of the window.</summary>
    public int? HopLength { get; init; }

    /// <summary>win_length in samples; null is <see cref="FftLength"/>.</summary>
    public int? WindowLength { get; init; }

    /// <summary>The window.</summary>
    public ReferenceWindow Window { get; init; } = ReferenceWindow.Hann;

    /// <summary>center.</summary>
    public bool Center { get; init; } = true;

    /// <summary>pad_mode.</summary>
    public ReferencePadding Padding { get; init; } = ReferencePadding.Constant;

    /// <summary>The hop in force.</summary>
    public int Hop => HopLength ?? (WindowLength ?? FftLength) / 4;

    /// <summary>1 + n_fft / 2.</summary>
    public int Bins => 1 + FftLength / 2;

    /// <summary>1 + samples / hop when centred, 1 + (samples - n_fft) / hop otherwise.</summary>
    /// <param name="samples">Length of the signal.</param>
    public int Frames(int samples) => 1 + (Center ? samples : samples - FftLength) / Hop;

    /// <summary>The window, with zeros before and after it up to n_fft (librosa.util.pad_center).</summary>
    public double[] PaddedWindow()
    {
        int length = WindowLength ?? FftLength, left = (FftLength - length) / 2;
        var padded = new double[FftLength];
        for (int n = 0; n < length; n++)
        {
            double angle = 2 * Math.PI * n / length;
            padded[left + n] = Window switch
            {
                ReferenceWindow.Hann => 0.5 - 0.5 * Math.Cos(angle),
                ReferenceWindow.Hamming => 0.54 - 0.46 * Math.Cos(angle),
                ReferenceWindow.Blackman => 0.42 - 0.5 * Math.Cos(angle) + 0.08 * Math.Cos(2 * angle),
                _ => 1,
            };
        }
        return padded;
    }
}
