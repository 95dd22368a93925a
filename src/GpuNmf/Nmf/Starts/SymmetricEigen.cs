namespace GpuNmf.Nmf.Starts;

/// <summary>
/// Eigenvalues and eigenvectors of a small symmetric matrix by Jacobi's rotations, cyclic by rows. They keep the small eigenvalues of a graded matrix
/// accurate beside large ones, and cost little where the matrix is nearly diagonal already (Demmel and Veselić 1992).
/// </summary>
internal static class SymmetricEigen
{
    private const int MostSweeps = 40;

    /// <summary>Off-diagonal entries below this share of the root of their diagonal ones are zero.</summary>
    private const double Negligible = 1e-15;

    /// <summary>Decomposes a matrix, which is overwritten.</summary>
    /// <param name="matrix">n rows of n; symmetric.</param>
    /// <returns>Eigenvalues, largest first, and a unit eigenvector for each.</returns>
    internal static (double[] Values, double[][] Vectors) Of(double[][] matrix)
    {
        int n = matrix.Length;
        var vectors = new double[n][];
        for (int i = 0; i < n; i++) (vectors[i] = new double[n])[i] = 1;
        for (int sweep = 0; sweep < MostSweeps && Sweep(matrix, vectors); sweep++)
        {
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => matrix[i][i])];
        return ([.. order.Select(i => matrix[i][i])], [.. order.Select(i => vectors[i])]);
    }

    /// <summary>One rotation for each pair.</summary>
    /// <returns>True when one was needed.</returns>
    private static bool Sweep(double[][] a, double[][] vectors)
    {
        bool rotated = false;
        for (int p = 0; p < a.Length - 1; p++)
        {
            for (int q = p + 1; q < a.Length; q++)
            {
                if (!(Math.Abs(a[p][q]) > Negligible * Math.Sqrt(Math.Abs(a[p][p]) * Math.Abs(a[q][q])))) continue;
                Rotate(a, vectors, p, q);
                rotated = true;
            }
        }
        return rotated;
    }

    private static void Rotate(double[][] a, double[][] vectors, int p, int q)
    {
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = double.IsInfinity(theta * theta) ? 1 / (2 * theta) : Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double cosine = 1 / Math.Sqrt(t * t + 1), sine = t * cosine, shift = t * a[p][q];
        a[p][p] -= shift;
        a[q][q] += shift;
        a[p][q] = a[q][p] = 0;
        for (int i = 0; i < a.Length; i++)
        {
            (vectors[p][i], vectors[q][i]) = (cosine * vectors[p][i] - sine * vectors[q][i], sine * vectors[p][i] + cosine * vectors[q][i]);
            if (i == p || i == q) continue;
            a[i][p] = cosine * a[p][i] - sine * a[q][i];
            a[i][q] = sine * a[p][i] + cosine * a[q][i];
            (a[p][i], a[q][i]) = (a[i][p], a[i][q]);
        }
    }
}
