namespace GpuNmf.Grouping;

/// <summary>Which of some examples' spectra explain a template.</summary>
internal static class ExampleMatch
{
    private const int Updates = 100;

    /// <summary>
    /// Each template is written as a non-negative sum of all examples' templates, by multiplicative updates of the Kullback-Leibler divergence, and belongs to the
    /// example that contributes most.
    /// </summary>
    /// <param name="templates">Bins x components.</param>
    /// <param name="examples">Templates of each example, bins x any number.</param>
    /// <param name="cancellation">Looked at after each component.</param>
    /// <returns>The example of each component.</returns>
    internal static int[] Of(float[,] templates, IReadOnlyList<float[,]> examples, CancellationToken cancellation)
    {
        int bins = templates.GetLength(0);
        var (spectra, owners) = Joined(examples, bins);
        var source = new int[templates.GetLength(1)];
        for (int k = 0; k < source.Length; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] weights = Weights([.. Enumerable.Range(0, bins).Select(f => (double)templates[f, k])], spectra);
            var shares = new double[examples.Count];
            for (int j = 0; j < weights.Length; j++) shares[owners[j]] += weights[j];
            source[k] = Array.IndexOf(shares, shares.Max());
        }
        return source;
    }

    /// <summary>All templates with unit sum, and the example of each.</summary>
    private static (double[][] Spectra, int[] Owners) Joined(IReadOnlyList<float[,]> examples, int bins)
    {
        List<double[]> spectra = [];
        List<int> owners = [];
        for (int e = 0; e < examples.Count; e++)
        {
            for (int j = 0; j < examples[e].GetLength(1); j++)
            {
                double[] spectrum = [.. Enumerable.Range(0, bins).Select(f => (double)examples[e][f, j])];
                double sum = spectrum.Sum();
                if (sum == 0) continue;
                spectra.Add(Array.ConvertAll(spectrum, value => value / sum));
                owners.Add(e);
            }
        }
        return ([.. spectra], [.. owners]);
    }

    /// <summary>The weights of unit spectra that come nearest to a spectrum; their sum is its sum.</summary>
    private static double[] Weights(double[] spectrum, double[][] spectra)
    {
        var weights = new double[spectra.Length];
        Array.Fill(weights, spectrum.Sum() / spectra.Length);
        var ratios = new double[spectrum.Length];
        for (int update = 0; update < Updates; update++)
        {
            for (int f = 0; f < ratios.Length; f++)
            {
                double model = 0;
                for (int j = 0; j < spectra.Length; j++) model += weights[j] * spectra[j][f];
                ratios[f] = spectrum[f] > 0 ? spectrum[f] / Math.Max(model, 1e-30) : 0;
            }
            for (int j = 0; j < spectra.Length; j++)
            {
                double numerator = 0;
                for (int f = 0; f < ratios.Length; f++) numerator += spectra[j][f] * ratios[f];
                weights[j] *= numerator;
            }
        }
        return weights;
    }
}
