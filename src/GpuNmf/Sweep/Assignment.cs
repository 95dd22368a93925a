namespace GpuNmf.Sweep;

/// <summary>One-to-one assignment of n rows to n columns (H. W. Kuhn, The Hungarian method for the assignment problem, 1955), by shortest
/// augmenting paths with potentials: n^3 steps.</summary>
internal static class Assignment
{
    /// <summary>The assignment with the largest sum of gains.</summary>
    /// <param name="gains">n x n, finite.</param>
    /// <returns>The column of each row.</returns>
    internal static int[] Maximise(double[,] gains)
    {
        int n = gains.GetLength(0);
        if (gains.GetLength(1) != n) throw new ArgumentException($"gains is {n} x {gains.GetLength(1)}; it must be square.", nameof(gains));
        // Row and column 0 stand for "none yet"; a column's row is rowOf[column].
        double[] rowPotential = new double[n + 1], columnPotential = new double[n + 1];
        var rowOf = new int[n + 1];
        for (int row = 1; row <= n; row++) Augment(gains, row, rowOf, rowPotential, columnPotential);
        var columns = new int[n];
        for (int column = 1; column <= n; column++) columns[rowOf[column] - 1] = column - 1;
        return columns;
    }

    /// <summary>Gives one more row a column: along the cheapest path of columns that are passed on, by Dijkstra's algorithm.</summary>
    private static void Augment(double[,] gains, int row, int[] rowOf, double[] rowPotential, double[] columnPotential)
    {
        int n = rowOf.Length - 1;
        var distance = new double[n + 1];
        Array.Fill(distance, double.PositiveInfinity);
        var before = new int[n + 1];
        var done = new bool[n + 1];
        rowOf[0] = row;
        int column = 0;
        do
        {
            done[column] = true;
            int from = rowOf[column], nearest = 0;
            double step = double.PositiveInfinity;
            for (int j = 1; j <= n; j++)
            {
                if (done[j]) continue;
                double cost = -gains[from - 1, j - 1] - rowPotential[from] - columnPotential[j];
                if (cost < distance[j]) (distance[j], before[j]) = (cost, column);
                if (distance[j] < step) (step, nearest) = (distance[j], j);
            }
            for (int j = 0; j <= n; j++)
            {
                if (done[j])
                {
                    rowPotential[rowOf[j]] += step;
                    columnPotential[j] -= step;
                }
                else
                {
                    distance[j] -= step;
                }
            }
            column = nearest;
        }
        while (rowOf[column] != 0);
        for (; column != 0; column = before[column]) rowOf[column] = rowOf[before[column]];
    }
}
