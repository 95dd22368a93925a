namespace GpuNmf.Reference;

/// <summary>A square system of linear equations, factorised once: Gaussian elimination with partial pivoting, row by row.</summary>
internal sealed class LinearSystem
{
    private readonly double[][] _lu;
    private readonly int[] _order;

    /// <summary>Factorises in place.</summary>
    /// <param name="rows">The matrix; it is overwritten by its factors.</param>
    /// <exception cref="ArithmeticException">The matrix is singular.</exception>
    public LinearSystem(double[][] rows)
    {
        _lu = rows;
        _order = [.. Enumerable.Range(0, rows.Length)];
        for (int k = 0; k < rows.Length; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < rows.Length; i++)
            {
                if (Math.Abs(rows[i][k]) > Math.Abs(rows[pivot][k])) pivot = i;
            }
            (rows[k], rows[pivot]) = (rows[pivot], rows[k]);
            (_order[k], _order[pivot]) = (_order[pivot], _order[k]);
            if (!(Math.Abs(rows[k][k]) > 0)) throw new ArithmeticException($"Column {k} of {rows.Length} has no pivot: the matrix is singular.");
            for (int i = k + 1; i < rows.Length; i++) Eliminate(rows[k], rows[i], k);
        }
    }

    /// <summary>x with A x = b.</summary>
    public double[] Solve(double[] b)
    {
        var x = new double[b.Length];
        for (int i = 0; i < b.Length; i++)
        {
            double sum = b[_order[i]];
            for (int j = 0; j < i; j++) sum -= _lu[i][j] * x[j];
            x[i] = sum;
        }
        for (int i = b.Length - 1; i >= 0; i--)
        {
            for (int j = i + 1; j < b.Length; j++) x[i] -= _lu[i][j] * x[j];
            x[i] /= _lu[i][i];
        }
        return x;
    }

    private static void Eliminate(ReadOnlySpan<double> pivot, Span<double> row, int column)
    {
        double factor = row[column] / pivot[column];
        row[column] = factor;
        if (factor == 0) return;
        pivot = pivot[(column + 1)..];
        row = row[(column + 1)..];
        for (int j = 0; j < row.Length; j++) row[j] -= factor * pivot[j];
    }
}
