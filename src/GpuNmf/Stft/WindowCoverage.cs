namespace GpuNmf.Stft;

/// <summary>Whether overlap-add can undo a framing: the squared windows must not vanish anywhere inside the signal.</summary>
internal static class WindowCoverage
{
    /// <summary>Least share of the peak that the squared windows must sum to at every sample.</summary>
    internal const double LeastShare = 1e-3;

    /// <exception cref="ArgumentException">The sum falls below; the message names the hop and the way out.</exception>
    internal static void Check(StftOptions options, long samples)
    {
        double[] power = RunningPower(WindowFunctions.Frame(options), options.EffectiveHopLength);
        int hop = options.EffectiveHopLength, lead = options.Center ? options.FftLength / 2 : 0;
        long frames = options.FrameCount(samples), edge = 2L * options.FftLength;
        double peak = 0, least = double.PositiveInfinity;
        long worst = 0;
        for (long n = 0; n < samples; n = n == edge && samples > 2 * edge ? samples - edge : n + 1)
        {
            double sum = SumAt(power, n + lead, hop, frames);
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

    /// <summary>At index i: the sum of w^2 over i, i - hop, i - 2 hop, ...</summary>
    private static double[] RunningPower(float[] window, int hop)
    {
        var sums = new double[window.Length];
        for (int i = 0; i < sums.Length; i++) sums[i] = (double)window[i] * window[i] + (i < hop ? 0 : sums[i - hop]);
        return sums;
    }

    /// <summary>Sum of the squared windows of the frames that cover a position.</summary>
    private static double SumAt(double[] power, long position, int hop, long frames)
    {
        long last = Math.Min(frames - 1, position / hop);
        long first = Math.Max(0, (position - power.Length + hop) / hop);
        if (first > last) return 0;
        long newest = position - last * hop;
        return power[position - first * hop] - (newest < hop ? 0 : power[newest - hop]);
    }
}
