namespace GpuNmf.Reference;

/// <summary>
/// Which component belongs to which source, by an oracle that knows the sources: the assignment with the largest mean SI-SDR. Inner products are
/// computed once, so trying a grouping costs no pass over the samples.
/// </summary>
public sealed class OracleGrouping
{
    private const int LargestSearch = 70000;
    private const int Restarts = 64;
    // What a source without any component scores, in dB, so that groupings with empty sources can still be compared.
    private const double Empty = -200;

    private readonly double[,] _gram;
    private readonly double[,] _cross;
    private readonly double[] _energy;
    private readonly int _components;
    private readonly int _sources;

    private OracleGrouping(double[][] components, double[][] references)
    {
        (_components, _sources) = (components.Length, references.Length);
        _gram = new double[_components, _components];
        _cross = new double[_components, _sources];
        for (int i = 0; i < _components; i++)
        {
            for (int j = 0; j <= i; j++) _gram[i, j] = _gram[j, i] = Dot(components[i], components[j]);
            for (int s = 0; s < _sources; s++) _cross[i, s] = Dot(components[i], references[s]);
        }
        _energy = Array.ConvertAll(references, r => Dot(r, r));
    }

    /// <summary>The source of each component: every grouping is tried up to 70000 of them, above that a local search from 64 starts.</summary>
    /// <param name="components">The components' signals.</param>
    /// <param name="references">The true sources.</param>
    public static int[] Best(double[][] components, double[][] references)
    {
        var grouping = new OracleGrouping(components, references);
        return Math.Pow(references.Length, components.Length) <= LargestSearch ? grouping.TryAll() : grouping.Search();
    }

    /// <summary>The sum of each source's components.</summary>
    /// <param name="components">The components' signals.</param>
    /// <param name="assignment">The source of each component.</param>
    /// <param name="sources">Number of sources.</param>
    public static double[][] Sum(double[][] components, int[] assignment, int sources)
    {
        var sums = new double[sources][];
        for (int s = 0; s < sources; s++) sums[s] = new double[components[0].Length];
        for (int k = 0; k < components.Length; k++)
        {
            for (int n = 0; n < components[k].Length; n++) sums[assignment[k]][n] += components[k][n];
        }
        return sums;
    }

    private int[] TryAll()
    {
        var assignment = new int[_components];
        int[] best = [.. assignment];
        double bestScore = Mean(assignment);
        while (Advance(assignment))
        {
            double score = Mean(assignment);
            if (score > bestScore) (best, bestScore) = ([.. assignment], score);
        }
        return best;
    }

    // Counts upwards in the base of the number of sources; false after the last.
    private bool Advance(int[] assignment)
    {
        for (int k = 0; k < assignment.Length; k++)
        {
            if (++assignment[k] < _sources) return true;
            assignment[k] = 0;
        }
        return false;
    }

    private int[] Search()
    {
        int[] best = [];
        double bestScore = double.NegativeInfinity;
        for (int start = 0; start < Restarts; start++)
        {
            var random = new CounterRandom(1, (ulong)start);
            int[] at = [.. Enumerable.Range(0, _components).Select(k => start == 0 ? Nearest(k) : (int)(random.Bits(k) % (ulong)_sources))];
            double score = Climb(at);
            if (score > bestScore) (best, bestScore) = (at, score);
        }
        return best;
    }

    // Moves one component at a time, always the move that helps most, until none does.
    private double Climb(int[] at)
    {
        double score = Mean(at);
        while (true)
        {
            (int component, int source, double reached) = (-1, 0, score);
            for (int k = 0; k < _components; k++)
            {
                int home = at[k];
                for (int s = 0; s < _sources; s++)
                {
                    at[k] = s;
                    double moved = Mean(at);
                    if (moved > reached + 1e-12) (component, source, reached) = (k, s, moved);
                }
                at[k] = home;
            }
            if (component < 0) return score;
            at[component] = source;
            score = reached;
        }
    }

    // The source that the component resembles most.
    private int Nearest(int component) =>
        Enumerable.Range(0, _sources).MaxBy(s => _cross[component, s] * Math.Abs(_cross[component, s]) / _energy[s]);

    private double Mean(int[] assignment)
    {
        double sum = 0;
        for (int s = 0; s < _sources; s++) sum += Score(assignment, s);
        return sum / _sources;
    }

    // SI-SDR from inner products: with e = y.s and a = e / s.s, |a s|^2 = e^2 / s.s and |y - a s|^2 = y.y - e^2 / s.s.
    private double Score(int[] assignment, int source)
    {
        double cross = 0, energy = 0;
        for (int i = 0; i < _components; i++)
        {
            if (assignment[i] != source) continue;
            cross += _cross[i, source];
            energy += _gram[i, i];
            for (int j = 0; j < i; j++)
            {
                if (assignment[j] == source) energy += 2 * _gram[i, j];
            }
        }
        double target = cross * cross / _energy[source], noise = Math.Max(energy - target, 1e-15 * energy);
        return target > 0 ? Math.Max(Empty, 10 * Math.Log10(target / noise)) : Empty;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int n = 0; n < a.Length; n++) sum += a[n] * b[n];
        return sum;
    }
}
