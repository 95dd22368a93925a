namespace GpuNmf.Reference;

/// <summary>Weights of the sums (L1) and of half the sums of squares (L2) of both factors beside the divergence; all are 0 by default.</summary>
/// <param name="W1">L1 of W.</param>
/// <param name="W2">L2 of W.</param>
/// <param name="H1">L1 of H.</param>
/// <param name="H2">L2 of H.</param>
/// <param name="Sparsity">Of sum_k |w_k|_2 |h_k|_1, which is the L1 of H when every template has unit norm, whatever the scale of both (Marmin, Goulart and Févotte 2023).</param>
public readonly record struct PenaltyWeights(double W1, double W2, double H1, double H2, double Sparsity = 0)
{
    /// <summary>
    /// What stands for it in an update of W: |w|_2 &lt;= (|w|_2^2 / |w'|_2 + |w'|_2) / 2 with equality at the factors as they are, w', so L2 weights of its own for each template.
    /// </summary>
    /// <param name="w">Templates, F x K.</param>
    /// <param name="h">Activations, K x T.</param>
    /// <returns>An L2 weight a component, <see cref="W2"/> included.</returns>
    internal double[] OfTemplates(double[,] w, double[,] h)
    {
        var weights = new double[w.GetLength(1)];
        for (int k = 0; k < weights.Length; k++)
        {
            double sum = 0, norm = Norm(w, k);
            for (int t = 0; t < h.GetLength(1); t++) sum += h[k, t];
            weights[k] = W2 + (norm == 0 ? 0 : Sparsity * sum / norm);
        }
        return weights;
    }

    /// <summary>In an update of H it is an L1 weight for each component.</summary>
    /// <param name="w">Templates, F x K.</param>
    /// <returns>An L1 weight a component, <see cref="H1"/> included.</returns>
    internal double[] OfActivations(double[,] w)
    {
        var weights = new double[w.GetLength(1)];
        for (int k = 0; k < weights.Length; k++) weights[k] = H1 + Sparsity * Norm(w, k);
        return weights;
    }

    /// <summary>What all penalties of both factors add to the divergence.</summary>
    /// <param name="w">Templates, F x K.</param>
    /// <param name="h">Activations, K x T.</param>
    public double Of(double[,] w, double[,] h)
    {
        double sum = 0;
        foreach (double entry in w) sum += W1 * entry + W2 / 2 * entry * entry;
        foreach (double entry in h) sum += H1 * entry + H2 / 2 * entry * entry;
        for (int k = 0; k < w.GetLength(1); k++)
            for (int t = 0; t < h.GetLength(1); t++) sum += Sparsity * Norm(w, k) * h[k, t];
        return sum;
    }

    private static double Norm(double[,] w, int k)
    {
        double sum = 0;
        for (int f = 0; f < w.GetLength(0); f++) sum += w[f, k] * w[f, k];
        return Math.Sqrt(sum);
    }
}
