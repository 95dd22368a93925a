namespace GpuNmf.Reference;

/// <summary>The beta-divergence of X from W H, by the rules of scikit-learn's <c>_beta_divergence</c> (not square-rooted).</summary>
public static class BetaDivergence
{
    /// <summary>
    /// beta 2: 1/2 sum (X - V)^2. beta 1: sum X log(X / V) + sum V - sum X. beta 0: sum X / V - sum log(X / V) - FT.
    /// Else: (sum X^b - b sum X V^(b-1) + (b-1) sum V^b) / (b (b-1)). Apart from beta 2, the terms of X skip X &lt;= 2^-23,
    /// and V = 0 is taken as 2^-23 there (Févotte and Idier 2011, eq. 2; scikit-learn 1.2 _nmf.py).
    /// </summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="w">Templates, F x K.</param>
    /// <param name="h">Activations, K x T.</param>
    /// <param name="beta">Any beta.</param>
    public static double Of(double[,] x, double[,] w, double[,] h, double beta)
    {
        int frames = x.GetLength(1);
        var v = new double[frames];
        double sum = 0;
        for (int f = 0; f < x.GetLength(0); f++)
        {
            NmfReference.ModelRow(w, h, f, v);
            for (int t = 0; t < frames; t++) sum += Term(x[f, t], v[t], beta);
        }
        return beta is 2 or 1 or 0 ? sum : sum / (beta * (beta - 1));
    }

    /// <summary>The same for a model that is given as a whole instead of as factors.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="v">Model, F x T.</param>
    /// <param name="beta">Any beta.</param>
    public static double Of(double[,] x, double[,] v, double beta)
    {
        double sum = 0;
        for (int f = 0; f < x.GetLength(0); f++)
        {
            for (int t = 0; t < x.GetLength(1); t++) sum += Term(x[f, t], v[f, t], beta);
        }
        return beta is 2 or 1 or 0 ? sum : sum / (beta * (beta - 1));
    }

    // What one cell adds to the sum; for the general beta before the division by b (b - 1).
    private static double Term(double x, double v, double beta)
    {
        if (beta == 2) return 0.5 * (x - v) * (x - v);
        bool counted = x > NmfReference.Epsilon;
        double safe = v == 0 ? NmfReference.Epsilon : v;
        if (beta == 1) return counted ? x * Math.Log(x / safe) + v - x : v;
        if (beta == 0) return counted ? x / safe - Math.Log(x / safe) - 1 : -1;
        double ofModel = (beta - 1) * Math.Pow(v, beta);
        return counted ? Math.Pow(x, beta) - beta * x * Math.Pow(safe, beta - 1) + ofModel : ofModel;
    }
}
