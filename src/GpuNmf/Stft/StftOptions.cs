using System.Numerics;

namespace GpuNmf.Stft;

/// <summary>Window functions. All are periodic (DFT-even), as librosa and SciPy's <c>fftbins=True</c> make them.</summary>
public enum WindowKind
{
    /// <summary>0.5 - 0.5 cos(2 pi n / N).</summary>
    Hann,

    /// <summary>0.54 - 0.46 cos(2 pi n / N).</summary>
    Hamming,

    /// <summary>0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N).</summary>
    Blackman,

    /// <summary>1 everywhere.</summary>
    Rectangular,
}

/// <summary>What stands before the first and after the last sample when frames are centred.</summary>
public enum PaddingMode
{
    /// <summary>Zeros, as librosa since 0.10.</summary>
    Constant,

    /// <summary>The signal mirrored at its first and last sample, as NumPy's <c>reflect</c>.</summary>
    Reflect,
}

/// <summary>Framing of a short-time Fourier transform; the defaults are librosa's.</summary>
public sealed record StftOptions
{
    /// <summary>Transform length in samples; a power of two in 64..32768. 2048 is 46 ms at 44.1 kHz.</summary>
    public int FftLength { get; init; } = 2048;

    /// <summary>Distance between the starts of neighbouring frames in samples; 1..<see cref="FftLength"/>. Null is a quarter of <see cref="WindowLength"/>.</summary>
    public int? HopLength { get; init; }

    /// <summary>Length of the window in samples, 1..<see cref="FftLength"/>, centred in the frame and zero around it. Null is <see cref="FftLength"/>.</summary>
    public int? WindowLength { get; init; }

    /// <summary>Shape of the window.</summary>
    public WindowKind Window { get; init; } = WindowKind.Hann;

    /// <summary>True: frame t is centred on sample t * hop. False: it starts there.</summary>
    public bool Center { get; init; } = true;

    /// <summary>What stands outside the signal when <see cref="Center"/> is set.</summary>
    public PaddingMode Padding { get; init; } = PaddingMode.Constant;

    /// <summary>Number of frequency bins, FftLength / 2 + 1.</summary>
    public int Bins => FftLength / 2 + 1;

    /// <summary>The window length in force.</summary>
    public int EffectiveWindowLength => WindowLength ?? FftLength;

    /// <summary>The hop in force, in samples.</summary>
    public int EffectiveHopLength => HopLength ?? Math.Max(1, EffectiveWindowLength / 4);

    /// <summary>Number of frames of a signal: 1 + samples / hop when centred, 1 + (samples - FftLength) / hop otherwise (librosa's rule).</summary>
    /// <param name="samples">Length of one channel in samples.</param>
    /// <exception cref="ArgumentException">The signal is shorter than one frame.</exception>
    public long FrameCount(long samples)
    {
        if (samples < FftLength)
            throw new ArgumentException($"The recording has {Count(samples)} and one frame takes {FftLength}; {WayOut(samples)}", nameof(samples));
        return Center ? 1 + samples / EffectiveHopLength : 1 + (samples - FftLength) / EffectiveHopLength;
    }

    private static string Count(long samples) => samples == 1 ? "1 sample" : $"{samples} samples";

    private static string WayOut(long samples) => samples < 64
        ? "the shortest transform takes 64, so it is too short to be separated."
        : $"choose a shorter transform (FftLength, --n-fft), at most {1L << BitOperations.Log2((ulong)samples)}.";

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public void Validate()
    {
        if (FftLength is < 64 or > 32768 || !int.IsPow2(FftLength))
            throw new ArgumentOutOfRangeException(nameof(FftLength), FftLength, $"FftLength is {FftLength}; it must be a power of two in 64..32768, such as 1024, 2048 or 4096.");
        if (WindowLength is { } window && (window < 1 || window > FftLength))
            throw new ArgumentOutOfRangeException(nameof(WindowLength), window, $"WindowLength is {window}; it must lie in 1..{FftLength} (FftLength).");
        if (HopLength is { } hop && (hop < 1 || hop > FftLength))
            throw new ArgumentOutOfRangeException(nameof(HopLength), hop, $"HopLength is {hop}; it must lie in 1..{FftLength} (FftLength).");
        if (!Enum.IsDefined(Window)) throw new ArgumentOutOfRangeException(nameof(Window), Window, "No such window.");
        if (!Enum.IsDefined(Padding)) throw new ArgumentOutOfRangeException(nameof(Padding), Padding, "No such padding.");
    }
}
