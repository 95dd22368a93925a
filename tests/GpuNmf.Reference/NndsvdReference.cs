namespace GpuNmf.Reference;

/// <summary>
/// scikit-learn's <c>_initialize_nmf</c> (version 1.2, init nndsvd, eps 1e-6) in float64, from singular vectors by one-sided Jacobi rotations.
/// </summary>
public static class NndsvdReference
{
    private const double Least = 1e-6;

    /// <summary>The start; zeros stay.</summary>
    /// <param name="x">Data, F x T.</param>
    /// <param name="rank">At most F and T.</param>
    public static Factors Start(double[,] x, int rank)
    {
        int bins = x.GetLength(0), frames = x.GetLength(1);
        var (values, left, right) = Decompose(x);
        var w = new double[bins, rank];
        var h = new double[rank, frames];
        for (int j = 0; j < rank; j++)
        {
            double[] u = left[j], v = right[j];
            var (uPositive, uNegative, vPositive, vNegative) = (Norm(u, 1), Norm(u, -1), Norm(v, 1), Norm(v, -1));
            bool positive = uPositive * vPositive > uNegative * vNegative;
            double sign = positive ? 1 : -1, uNorm = positive ? uPositive : uNegative, vNorm = positive ? vPositive : vNegative;
            double scale = Math.Sqrt(values[j] * uNorm * vNorm);
            for (int f = 0; f < bins; f++) w[f, j] = Kept(j == 0 ? Math.Sqrt(values[0]) * Math.Abs(u[f]) : scale * Math.Max(0, sign * u[f]) / uNorm);
            for (int t = 0; t < frames; t++) h[j, t] = Kept(j == 0 ? Math.Sqrt(values[0]) * Math.Abs(v[t]) : scale * Math.Max(0, sign * v[t]) / vNorm);
        }
        return new Factors(w, h);
    }

    /// <summary>Singular values, largest first, with their vectors over the rows and over the columns.</summary>
    /// <param name="x">Of full rank.</param>
    public static (double[] Values, double[][] Rows, double[][] Columns) Decompose(double[,] x)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        if (columns > rows)
        {
            // More columns than rows depend on each other, and would be rotated for ever.
            var (same, right, left) = Decompose(Transposed(x));
            return (same, left, right);
        }
        // Columns of A = X V are rotated until they are orthogonal: their lengths are the singular values.
        double[][] a = [.. Enumerable.Range(0, columns).Select(t => Enumerable.Range(0, rows).Select(f => x[f, t]).ToArray())];
        double[][] v = [.. Enumerable.Range(0, columns).Select(t => Enumerable.Range(0, columns).Select(i => i == t ? 1.0 : 0).ToArray())];
        for (bool rotated = true; rotated;)
        {
            rotated = false;
            for (int p = 0; p < columns - 1; p++)
                for (int q = p + 1; q < columns; q++)
                    rotated |= Rotate(a, v, p, q);
        }
        int[] order = [.. Enumerable.Range(0, columns).OrderByDescending(t => Dot(a[t], a[t]))];
        double[] values = [.. order.Select(t => Math.Sqrt(Dot(a[t], a[t])))];
        return (values, [.. order.Select((t, j) => Array.ConvertAll(a[t], value => value / values[j]))],
            [.. order.Select((_, j) => Enumerable.Range(0, columns).Select(i => v[order[j]][i]).ToArray())]);
    }

    private static double[,] Transposed(double[,] x)
    {
        var transposed = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
            for (int j = 0; j < x.GetLength(1); j++) transposed[j, i] = x[i, j];
        return transposed;
    }

    private static bool Rotate(double[][] a, double[][] v, int p, int q)
    {
        double pp = Dot(a[p], a[p]), qq = Dot(a[q], a[q]), pq = Dot(a[p], a[q]);
        if (Math.Abs(pq) <= 1e-14 * Math.Sqrt(pp * qq)) return false;
        double theta = (qq - pp) / (2 * pq), t = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1)), c = 1 / Math.Sqrt(t * t + 1), s = t * c;
        foreach (double[][] vectors in new[] { a, v })
        {
            for (int i = 0; i < vectors[p].Length; i++)
                (vectors[p][i], vectors[q][i]) = (c * vectors[p][i] - s * vectors[q][i], s * vectors[p][i] + c * vectors[q][i]);
        }
        return true;
    }

    private static double Kept(double value) => value < Least ? 0 : value;

    private static double Norm(double[] vector, double sign) => Math.Sqrt(vector.Sum(v => sign * v > 0 ? v * v : 0));

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
