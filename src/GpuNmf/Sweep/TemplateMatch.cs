namespace GpuNmf.Sweep;

/// <summary>How alike the templates of two models are, whatever the order and scale of their components.</summary>
internal static class TemplateMatch
{
    /// <summary>The cosines of the templates of one model with those of another, matched one-to-one so that their sum is largest.</summary>
    /// <param name="templates">W, bins x components.</param>
    /// <param name="others">The other's, of the same shape.</param>
    /// <returns>A cosine for each component of the first, 0..1; of a template of zeros 1 with another of zeros, 0 with any other.</returns>
    internal static double[] Cosines(float[,] templates, float[,] others)
    {
        double[][] mine = Columns(templates), theirs = Columns(others);
        bool[] empty = Array.ConvertAll(mine, IsZero), theirsEmpty = Array.ConvertAll(theirs, IsZero);
        var cosines = new double[mine.Length, mine.Length];
        for (int i = 0; i < mine.Length; i++)
            for (int j = 0; j < mine.Length; j++) cosines[i, j] = empty[i] && theirsEmpty[j] ? 1 : Math.Min(1, Dot(mine[i], theirs[j]));
        int[] partner = Assignment.Maximise(cosines);
        return [.. partner.Select((j, i) => cosines[i, j])];
    }

    /// <summary>Columns with unit norm, those of zeros as they are.</summary>
    private static double[][] Columns(float[,] matrix)
    {
        var columns = new double[matrix.GetLength(1)][];
        for (int k = 0; k < columns.Length; k++)
        {
            var column = columns[k] = new double[matrix.GetLength(0)];
            for (int f = 0; f < column.Length; f++) column[f] = matrix[f, k];
            double norm = Math.Sqrt(Dot(column, column));
            if (norm == 0) continue;
            foreach (ref double value in column.AsSpan()) value /= norm;
        }
        return columns;
    }

    /// <summary>Templates that are zero everywhere.</summary>
    internal static int CountEmpty(float[,] templates) => Columns(templates).Count(IsZero);

    private static bool IsZero(double[] column) => Array.TrueForAll(column, value => value == 0);

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int f = 0; f < a.Length; f++) sum += a[f] * b[f];
        return sum;
    }
}
