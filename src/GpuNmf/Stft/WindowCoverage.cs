using System.Globalization;

namespace GpuNmf.Stft;

/// <summary>Whether overlap-add can undo a framing: the squared windows must not vanish anywhere inside the signal.</summary>
internal static class WindowCoverage
{
    /// <summary>Least share of the peak that the squared windows must sum to at every sample. The rounding of the transforms is divided by that
    /// sum's root: the stems sum to the recording within 2e-6 of its peak down to a share of 2e-2, and within 9e-6 at the least share.</summary>
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
        // A window of one sample is its edge: zero for Hann, 1e-17 for Blackman.
        bool vanishes = peak < 1e-12;
        if (!vanishes && least >= LeastShare * peak) return;
        if (vanishes)
            throw new ArgumentException($"A {options.Window} window with WindowLength {options.EffectiveWindowLength} is zero everywhere; choose a longer window.");
        string wayOut = options.Center
            ? $"choose a smaller hop, such as {Math.Max(1, options.EffectiveWindowLength / 4)}"
            : "let the frames be centred (Center), which covers both ends";
        string framing = options.Center ? $"HopLength {hop}" : $"HopLength {hop}, frames not centred,";
        throw new ArgumentException(
            $"{framing} with a {options.Window} window of {options.EffectiveWindowLength} samples leaves sample {worst} of {samples} uncovered: " +
            $"its squared windows sum to {(least > 0 ? (least / peak).ToString("0.#e+0", CultureInfo.InvariantCulture) : "0")} of their peak and {LeastShare} is needed to undo the transform; {wayOut}.");
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
