namespace GpuNmf.Stft;

/// <summary>Whether overlap-add can undo a framing: the squared windows must not vanish anywhere inside the signal.</summary>
internal static class WindowCoverage
{
    /// <summary>Least share of the peak that the squared windows must sum to at every sample.</summary>
    internal const double LeastShare = 1e-3;

    /// <exception cref="ArgumentException">The sum falls below; the message names the hop and the way out.</exception>
    internal static void Check(StftOptions options, long samples)
    {
        float[] window = WindowFunctions.Frame(options);
        int hop = options.EffectiveHopLength, lead = options.Center ? options.FftLength / 2 : 0;
        long frames = options.FrameCount(samples), edge = 2L * options.FftLength;
        double peak = 0, least = double.PositiveInfinity;
        long worst = 0;
        for (long n = 0; n < samples; n = n == edge && samples > 2 * edge ? samples - edge : n + 1)
        {
            double sum = SumAt(window, n + lead, hop, frames);
            peak = Math.Max(peak, sum);
            if (sum >= least) continue;
            least = sum;
            worst = n;
        }
        if (least >= LeastShare * peak) return;
        string wayOut = options.Center
            ? $"choose a smaller hop, such as {Math.Max(1, options.EffectiveWindowLength / 4)}"
            : "let the frames be centred (Center), which covers both ends";
        throw new ArgumentException(
            $"HopLength {hop} with a {options.Window} window of {options.EffectiveWindowLength} samples leaves sample {worst} of {samples} uncovered: " +
            $"its squared windows sum to {(peak > 0 ? least / peak : 0):0.#e+0} of their peak and {LeastShare} is needed to undo the transform; {wayOut}.");
    }

    private static double SumAt(float[] window, long position, int hop, long frames)
    {
        long last = Math.Min(frames - 1, position / hop);
        long first = Math.Max(0, (position - window.Length + hop) / hop);
        double sum = 0;
        for (long t = first; t <= last; t++)
        {
            double w = window[position - t * hop];
            sum += w * w;
        }
        return sum;
    }
}
