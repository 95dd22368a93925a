namespace GpuNmf.Kernels.Stft;

/// <summary>Where a frame's sample comes from.</summary>
internal static class SampleIndex
{
    /// <summary>Index of the sample that stands at <paramref name="position"/>, or -1 for zero.</summary>
    /// <param name="position">May lie outside 0..length - 1.</param>
    /// <param name="length">Samples of the signal.</param>
    /// <param name="reflect">1: mirrored at the first and last sample, as often as needed (NumPy's reflect).</param>
    internal static long At(long position, long length, int reflect)
    {
        if (position >= 0 && position < length) return position;
        if (reflect == 0) return -1;
        if (length == 1) return 0;
        long period = 2 * (length - 1);
        long phase = position % period;
        if (phase < 0) phase += period;
        return phase < length ? phase : period - phase;
    }
}
