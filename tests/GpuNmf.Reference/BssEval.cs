namespace GpuNmf.Reference;

/// <summary>The three scores of one source, in decibels.</summary>
/// <param name="Sdr">Source to distortion.</param>
/// <param name="Sir">Source to interference; infinite with a single source.</param>
/// <param name="Sar">Source to artefacts.</param>
public readonly record struct BssScore(double Sdr, double Sir, double Sar);

/// <summary>
/// Scores of separated sources. BSS Eval version 3, sources (Vincent, Gribonval and Févotte, "Performance measurement in blind audio source
/// separation", 2006), computed as mir_eval 0.7's <c>bss_eval_sources</c> without the search for a permutation; and SI-SDR.
/// </summary>
public static class BssEval
{
    /// <summary>
    /// Each estimate is split into the part that a 512-tap filter makes of its source, the part that filters make of the other sources, and the
    /// rest; the scores are ratios of their energies.
    /// </summary>
    /// <param name="references">The true sources, one length, none silent.</param>
    /// <param name="estimates">The estimate of each.</param>
    /// <returns>A score a source.</returns>
    /// <exception cref="ArgumentException">Numbers or lengths differ, or a signal is silent.</exception>
    public static BssScore[] Sources(double[][] references, double[][] estimates)
    {
        if (references.Length != estimates.Length)
            throw new ArgumentException($"{estimates.Length} estimates of {references.Length} references.", nameof(estimates));
        foreach (double[] signal in references.Concat(estimates))
        {
            if (signal.Length != references[0].Length)
                throw new ArgumentException($"A signal has {signal.Length} samples; the first reference has {references[0].Length}.", nameof(estimates));
            if (signal.All(v => v == 0)) throw new ArgumentException("A silent signal has no score.", nameof(references));
        }
        var all = new FilteredProjection(references);
        var scores = new BssScore[references.Length];
        for (int j = 0; j < scores.Length; j++)
        {
            var own = references.Length == 1 ? all : new FilteredProjection([references[j]]);
            scores[j] = Score(own.Of(estimates[j]), all.Of(estimates[j]), estimates[j]);
        }
        return scores;
    }

    /// <summary>10 log10(|a s|^2 / |a s - y|^2) with a = y.s / s.s, without removing means (Le Roux et al., "SDR - half-baked or well done?", 2019).</summary>
    /// <param name="reference">The true source s.</param>
    /// <param name="estimate">Its estimate y.</param>
    public static double SiSdr(double[] reference, double[] estimate)
    {
        double cross = 0, energy = 0, target = 0, noise = 0;
        for (int n = 0; n < reference.Length; n++)
        {
            cross += reference[n] * estimate[n];
            energy += reference[n] * reference[n];
        }
        for (int n = 0; n < reference.Length; n++)
        {
            double part = cross / energy * reference[n];
            target += part * part;
            noise += (estimate[n] - part) * (estimate[n] - part);
        }
        return Decibels(target, noise);
    }

    // own: the estimate on filtered versions of its source; all: on those of every source.
    private static BssScore Score(double[] own, double[] all, double[] estimate)
    {
        double target = 0, interference = 0, artefacts = 0, distortion = 0, filtered = 0;
        for (int n = 0; n < own.Length; n++)
        {
            double other = all[n] - own[n];
            double rest = (n < estimate.Length ? estimate[n] : 0) - all[n];
            target += own[n] * own[n];
            interference += other * other;
            artefacts += rest * rest;
            distortion += (other + rest) * (other + rest);
            filtered += all[n] * all[n];
        }
        return new BssScore(Decibels(target, distortion), Decibels(target, interference), Decibels(filtered, artefacts));
    }

    private static double Decibels(double part, double other) => other == 0 ? double.PositiveInfinity : 10 * Math.Log10(part / other);
}
