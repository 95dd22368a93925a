namespace GpuNmf.Reference;

/// <summary>
/// scikit-learn's coordinate descent (<c>solver='cd'</c>, version 1.2) in float64, W before H in every iteration, and its stop. Cichocki and Phan, "Fast local algorithms for
/// large scale nonnegative matrix and tensor factorizations" (2009).
/// </summary>
public static class CoordinateDescentReference
{
    /// <summary>Sweeps until the violation is <paramref name="tolerance"/> of that of the first iteration.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="start">The start; not modified.</param>
    /// <param name="iterations">At most.</param>
    /// <param name="tolerance">0 stops only where nothing is left to do.</param>
    /// <param name="penalty">Penalties.</param>
    /// <returns>The factors and the iterations done.</returns>
    public static (Factors Factors, int Iterations) Run(double[,] x, Factors start, int iterations, double tolerance = 0, PenaltyWeights penalty = default)
    {
        double[,] w = (double[,])start.W.Clone(), h = Transposed(start.H), xTransposed = Transposed(x);
        double first = 0;
        int done = 0;
        while (done < iterations)
        {
            done++;
            double violation = Sweep(x, w, h, Repeated(penalty.W1), penalty.OfTemplates(w, Transposed(h)));
            violation += Sweep(xTransposed, h, w, penalty.OfActivations(w), Repeated(penalty.H2));
            if (done == 1) first = violation;
            if (first == 0 || violation / first <= tolerance) break;
        }
        return (new Factors(w, Transposed(h)), done);

        double[] Repeated(double weight) => [.. Enumerable.Repeat(weight, w.GetLength(1))];
    }

    /// <summary>One sweep over <paramref name="factor"/> [rows, K] of X [rows, columns] ~ factor other^T.</summary>
    /// <returns>The sum of |projected gradient|.</returns>
    private static double Sweep(double[,] x, double[,] factor, double[,] other, double[] l1, double[] l2)
    {
        int rank = factor.GetLength(1);
        var gram = new double[rank, rank];
        for (int j = 0; j < rank; j++)
            for (int k = 0; k < rank; k++)
                for (int t = 0; t < other.GetLength(0); t++) gram[j, k] += other[t, j] * other[t, k];
        for (int k = 0; k < rank; k++) gram[k, k] += l2[k];
        double violation = 0;
        for (int i = 0; i < factor.GetLength(0); i++)
        {
            var projection = new double[rank];
            for (int t = 0; t < other.GetLength(0); t++)
                for (int k = 0; k < rank; k++) projection[k] += x[i, t] * other[t, k];
            for (int k = 0; k < rank; k++)
            {
                double slope = l1[k] - projection[k];
                for (int j = 0; j < rank; j++) slope += gram[k, j] * factor[i, j];
                violation += Math.Abs(factor[i, k] == 0 ? Math.Min(0, slope) : slope);
                if (gram[k, k] != 0) factor[i, k] = Math.Max(factor[i, k] - slope / gram[k, k], 0);
            }
        }
        return violation;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < matrix.GetLength(0); i++)
            for (int j = 0; j < matrix.GetLength(1); j++) transposed[j, i] = matrix[i, j];
        return transposed;
    }
}
