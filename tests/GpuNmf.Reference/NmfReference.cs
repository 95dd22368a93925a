using System.Runtime.InteropServices;

namespace GpuNmf.Reference;

/// <summary>The two factors of X ≈ W H.</summary>
/// <param name="W">Templates, F x K.</param>
/// <param name="H">Activations, K x T.</param>
public sealed record Factors(double[,] W, double[,] H);

/// <summary>
/// scikit-learn's multiplicative updates (<c>solver='mu'</c>, version 1.2) in float64, W before H in every iteration, with its guards against
/// division by zero. Févotte and Idier, "Algorithms for nonnegative matrix factorization with the beta-divergence" (2011), eq. 4.4 and 4.5.
/// </summary>
public static class NmfReference
{
    /// <summary>2^-23, the guard of scikit-learn (float32's epsilon, in float64 too).</summary>
    public const double Epsilon = 1.0 / (1 << 23);

    private const double SmallestFactor = 1.0 / (1L << 52);

    /// <summary>max(X, 1e-6 max X) for beta &lt; 1, and X itself otherwise: what the goldens and the engine factorise.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="beta">Any beta.</param>
    public static double[,] Floored(double[,] x, double beta)
    {
        if (beta >= 1) return x;
        double largest = 0;
        foreach (double value in x) largest = Math.Max(largest, value);
        var floored = (double[,])x.Clone();
        foreach (ref double value in All(floored)) value = Math.Max(value, 1e-6 * largest);
        return floored;
    }

    /// <summary>Iterations of W, then H, from a start; nothing is floored (<see cref="Floored"/>) and the arguments are not modified.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="start">The start.</param>
    /// <param name="beta">-1..4.</param>
    /// <param name="iterations">From 0.</param>
    /// <param name="exponent">The exponent of the ratio.</param>
    /// <param name="penalty">Penalties, as scikit-learn adds them to the denominators.</param>
    /// <param name="fixedTemplates">The first columns of W, which stay.</param>
    public static Factors Run(
        double[,] x, Factors start, double beta, int iterations, ReferenceExponent exponent = ReferenceExponent.MajorizationMinimization, PenaltyWeights penalty = default, int fixedTemplates = 0)
    {
        if (beta is not (>= -1 and <= 4)) throw new ArgumentOutOfRangeException(nameof(beta), beta, "beta must lie in -1..4.");
        (double[,] w, double[,] h) = ((double[,])start.W.Clone(), (double[,])start.H.Clone());
        for (int i = 0; i < iterations; i++)
        {
            w = UpdateW(x, w, h, beta, exponent, penalty, fixedTemplates);
            h = UpdateH(x, w, h, beta, exponent, penalty);
        }
        return new Factors(w, h);
    }

    /// <summary>
    /// The same from extrapolated factors, Y_ext = Y + b_n max(Y - Y_before, 0) with Nesterov's b_n = (t_n - 1) / t_(n+1): block
    /// majorization-minimization with extrapolation (Hien, Leplat, Gillis 2024). Iteration n updates W from W_ext with H, then H from H_ext with W.
    /// After every <paramref name="interval"/>th iteration W_ext is W, and t returns to 1 when the loss is above the one before by more than 1e-6 of it.
    /// </summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="start">The start.</param>
    /// <param name="beta">-1..4.</param>
    /// <param name="iterations">From 0.</param>
    /// <param name="interval">Iterations between two losses.</param>
    public static Factors RunExtrapolated(double[,] x, Factors start, double beta, int iterations, int interval = 10)
    {
        double[,] w = start.W, h = start.H, wBefore = w, hBefore = h;
        double t = 1, lossBefore = BetaDivergence.Of(x, w, h, beta);
        for (int n = 1; n <= iterations; n++)
        {
            double next = (1 + Math.Sqrt(1 + 4 * t * t)) / 2, b = (t - 1) / next;
            bool afterLoss = (n - 1) % interval == 0;
            (w, wBefore) = (UpdateW(x, afterLoss ? w : Extrapolated(w, wBefore, b), h, beta), w);
            (h, hBefore) = (UpdateH(x, w, Extrapolated(h, hBefore, b), beta), h);
            t = next;
            if (n % interval != 0) continue;
            double loss = BetaDivergence.Of(x, w, h, beta);
            if (loss > lossBefore * (1 + 1e-6)) t = 1;
            lossBefore = loss;
        }
        return new Factors(w, h);
    }

    private static double[,] Extrapolated(double[,] factor, double[,] before, double b)
    {
        var moved = (double[,])factor.Clone();
        Span<double> to = All(moved);
        ReadOnlySpan<double> from = All(before);
        for (int i = 0; i < to.Length; i++) to[i] += b * Math.Max(to[i] - from[i], 0);
        return moved;
    }

    /// <summary>W * ((X V^(beta-2)) H^T / V^(beta-1) H^T)^gamma with V = W H; for beta &lt; 1 results below 2^-52 become 0.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="w">Templates, F x K; not modified.</param>
    /// <param name="h">Activations, K x T.</param>
    /// <param name="beta">-1..4.</param>
    /// <param name="exponent">The exponent of the ratio.</param>
    /// <param name="penalty">Penalties.</param>
    /// <param name="fixedTemplates">The first columns of W, which stay.</param>
    public static double[,] UpdateW(
        double[,] x, double[,] w, double[,] h, double beta, ReferenceExponent exponent = ReferenceExponent.MajorizationMinimization, PenaltyWeights penalty = default, int fixedTemplates = 0)
    {
        double gamma = Gamma(beta, exponent);
        int bins = x.GetLength(0), frames = x.GetLength(1), rank = w.GetLength(1);
        var next = new double[bins, rank];
        double[] ridge = penalty.OfTemplates(w, h);
        double[] model = new double[frames], ratio = new double[frames], power = new double[frames];
        for (int f = 0; f < bins; f++)
        {
            ModelRow(w, h, f, model);
            Weigh(Row(x, f), model, beta, ratio, power);
            for (int k = 0; k < rank; k++)
            {
                double value = w[f, k] * Ratio(Dot(ratio, Row(h, k)), Dot(power, Row(h, k)) + penalty.W1 + ridge[k] * w[f, k], gamma);
                next[f, k] = k < fixedTemplates ? w[f, k] : beta < 1 && value < SmallestFactor ? 0 : value;
            }
        }
        return next;
    }

    /// <summary>H * (W^T (X V^(beta-2)) / W^T V^(beta-1))^gamma with V = W H; for beta &lt;= 1 results below 2^-52 become 0.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="w">Templates, F x K.</param>
    /// <param name="h">Activations, K x T; not modified.</param>
    /// <param name="beta">-1..4.</param>
    /// <param name="exponent">The exponent of the ratio.</param>
    /// <param name="penalty">Penalties.</param>
    public static double[,] UpdateH(
        double[,] x, double[,] w, double[,] h, double beta, ReferenceExponent exponent = ReferenceExponent.MajorizationMinimization, PenaltyWeights penalty = default)
    {
        double gamma = Gamma(beta, exponent);
        int bins = x.GetLength(0), frames = x.GetLength(1), rank = w.GetLength(1);
        double[,] numerator = new double[rank, frames], denominator = new double[rank, frames];
        double[] model = new double[frames], ratio = new double[frames], power = new double[frames];
        for (int f = 0; f < bins; f++)
        {
            ModelRow(w, h, f, model);
            Weigh(Row(x, f), model, beta, ratio, power);
            for (int k = 0; k < rank; k++)
            {
                AddScaled(w[f, k], ratio, Row(numerator, k));
                AddScaled(w[f, k], power, Row(denominator, k));
            }
        }
        var next = new double[rank, frames];
        double[] lasso = penalty.OfActivations(w);
        for (int k = 0; k < rank; k++)
        {
            for (int t = 0; t < frames; t++)
            {
                // With beta 1 a template that is zero everywhere has the denominator 1; its numerator is 0, so the guard makes no difference.
                double value = h[k, t] * Ratio(numerator[k, t], denominator[k, t] + lasso[k] + penalty.H2 * h[k, t], gamma);
                next[k, t] = beta <= 1 && value < SmallestFactor ? 0 : value;
            }
        }
        return next;
    }

    /// <summary>W H, F x T.</summary>
    /// <param name="w">Templates, F x K.</param>
    /// <param name="h">Activations, K x T.</param>
    public static double[,] Product(double[,] w, double[,] h)
    {
        var product = new double[w.GetLength(0), h.GetLength(1)];
        for (int f = 0; f < w.GetLength(0); f++) ModelRow(w, h, f, Row(product, f));
        return product;
    }

    /// <summary>Row f of W H.</summary>
    internal static void ModelRow(double[,] w, double[,] h, int f, Span<double> row)
    {
        row.Clear();
        for (int k = 0; k < w.GetLength(1); k++) AddScaled(w[f, k], Row(h, k), row);
    }

    private static double Gamma(double beta, ReferenceExponent exponent) =>
        exponent == ReferenceExponent.One ? 1 : beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1;

    // ratio = X V^(beta-2) and power = V^(beta-1). An exact 0 in V becomes Epsilon where its exponent is negative.
    private static void Weigh(ReadOnlySpan<double> x, double[] model, double beta, double[] ratio, double[] power)
    {
        for (int t = 0; t < model.Length; t++)
        {
            double v = model[t], forRatio = v == 0 && beta < 2 ? Epsilon : v, forPower = v == 0 && beta < 1 ? Epsilon : v;
            (ratio[t], power[t]) = beta switch
            {
                2 => (x[t], v),
                1 => (x[t] / forRatio, 1),
                0 => (x[t] / (forRatio * forRatio), 1 / forPower),
                _ => (x[t] * Math.Pow(forRatio, beta - 2), Math.Pow(forPower, beta - 1)),
            };
        }
    }

    private static double Ratio(double numerator, double denominator, double gamma)
    {
        double ratio = numerator / (denominator == 0 ? Epsilon : denominator);
        return gamma == 1 ? ratio : Math.Pow(ratio, gamma);
    }

    private static double Dot(double[] a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static void AddScaled(double scale, ReadOnlySpan<double> from, Span<double> to)
    {
        for (int i = 0; i < to.Length; i++) to[i] += scale * from[i];
    }

    private static Span<double> Row(double[,] matrix, int row) => All(matrix).Slice(row * matrix.GetLength(1), matrix.GetLength(1));

    private static Span<double> All(double[,] matrix) =>
        matrix.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref matrix[0, 0], matrix.Length);
}
