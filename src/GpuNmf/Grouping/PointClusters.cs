namespace GpuNmf.Grouping;

/// <summary>
/// Clusters of a few points by Lloyd's k-means, once from every point as the first centre; each further first centre is the point that lies farthest from those before it. The
/// clusters with the smallest sum of squared distances are kept, so nothing is left to chance.
/// </summary>
internal static class PointClusters
{
    private const int MostRounds = 100;

    /// <summary>The cluster of each point; none is empty where there are as many different points.</summary>
    /// <param name="points">Points of one dimension.</param>
    /// <param name="count">Clusters, at most as many as there are points.</param>
    /// <param name="cancellation">Looked at before each first centre.</param>
    internal static int[] Of(double[][] points, int count, CancellationToken cancellation)
    {
        int[] best = [];
        double least = double.PositiveInfinity;
        for (int first = 0; first < points.Length; first++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[][] centres = FarApart(points, first, count);
            var nearest = new int[points.Length];
            Array.Fill(nearest, -1);
            for (int round = 0; round < MostRounds && Assign(points, centres, nearest); round++) Move(points, centres, nearest);
            double spread = points.Select((point, i) => Squared(point, centres[nearest[i]])).Sum();
            if (nearest.Distinct().Count() == count && spread < least * (1 - 1e-12)) (best, least) = (nearest, spread);
        }
        // Fewer different points than clusters: the points in turn.
        return best.Length > 0 ? best : [.. points.Select((_, i) => i % count)];
    }

    private static double[][] FarApart(double[][] points, int first, int count)
    {
        List<double[]> centres = [(double[])points[first].Clone()];
        while (centres.Count < count) centres.Add((double[])points.MaxBy(point => centres.Min(centre => Squared(point, centre)))!.Clone());
        return [.. centres];
    }

    private static bool Assign(double[][] points, double[][] centres, int[] nearest)
    {
        bool changed = false;
        for (int i = 0; i < points.Length; i++)
        {
            int best = 0;
            for (int c = 1; c < centres.Length; c++)
                if (Squared(points[i], centres[c]) < Squared(points[i], centres[best])) best = c;
            changed |= best != nearest[i];
            nearest[i] = best;
        }
        return changed;
    }

    private static void Move(double[][] points, double[][] centres, int[] nearest)
    {
        for (int c = 0; c < centres.Length; c++)
        {
            double[][] own = [.. points.Where((_, i) => nearest[i] == c)];
            for (int d = 0; d < centres[c].Length && own.Length > 0; d++) centres[c][d] = own.Average(point => point[d]);
        }
    }

    private static double Squared(double[] a, double[] b)
    {
        double sum = 0;
        for (int d = 0; d < a.Length; d++) sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
}
