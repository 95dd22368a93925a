namespace GpuNmf.Grouping;

/// <summary>
/// Mel-frequency cepstral coefficients of spectra (Davis and Mermelstein, IEEE TASSP 28(4), 1980): power in triangular bands that are equally wide on the mel scale, its
/// logarithm, and the cosine transform of that without its mean, so that neither level counts.
/// </summary>
internal static class MelCepstrum
{
    private const int Bands = 40, Coefficients = 12;

    /// <summary>Bands below the strongest by more than this share of power (60 dB) count as this share.</summary>
    private const double Floor = 1e-6;

    /// <summary>The coefficients of each template.</summary>
    /// <param name="templates">Magnitudes, bins x components, bins from 0 to half the sampling rate.</param>
    /// <param name="sampleRateHz">Sampling rate in hertz.</param>
    /// <returns>[component][12].</returns>
    internal static double[][] Of(float[,] templates, int sampleRateHz)
    {
        double[,] filters = Filters(templates.GetLength(0), sampleRateHz);
        return [.. Enumerable.Range(0, templates.GetLength(1)).Select(k => Coefficient(templates, k, filters))];
    }

    private static double[] Coefficient(float[,] templates, int component, double[,] filters)
    {
        var bands = new double[Bands];
        for (int b = 0; b < Bands; b++)
            for (int f = 0; f < templates.GetLength(0); f++) bands[b] += filters[b, f] * templates[f, component] * templates[f, component];
        double strongest = bands.Max();
        var coefficients = new double[Coefficients];
        for (int c = 0; c < Coefficients && strongest > 0; c++)
            for (int b = 0; b < Bands; b++)
                coefficients[c] += Math.Log(Math.Max(bands[b] / strongest, Floor)) * Math.Cos(Math.PI * (c + 1) * (b + 0.5) / Bands);
        return coefficients;
    }

    /// <summary>Triangles over the bins, each as high as its neighbours' centres are apart; at least the nearest bin belongs to each.</summary>
    private static double[,] Filters(int bins, int sampleRateHz)
    {
        double highest = Mel(sampleRateHz / 2.0), step = highest / (Bands + 1), binHz = sampleRateHz / 2.0 / Math.Max(1, bins - 1);
        var filters = new double[Bands, bins];
        for (int b = 0; b < Bands; b++)
        {
            double low = Hertz(b * step), centre = Hertz((b + 1) * step), high = Hertz((b + 2) * step);
            for (int f = 0; f < bins; f++)
                filters[b, f] = Math.Max(0, Math.Min((f * binHz - low) / (centre - low), (high - f * binHz) / (high - centre)));
            int nearest = Math.Min(bins - 1, (int)Math.Round(centre / binHz));
            filters[b, nearest] = Math.Max(filters[b, nearest], 1e-3);
        }
        return filters;
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
