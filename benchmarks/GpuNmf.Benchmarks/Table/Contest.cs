using System.Diagnostics;

namespace GpuNmf.Benchmarks.Table;

/// <summary>How often contestants take turns.</summary>
/// <param name="Count">Turns of each.</param>
/// <param name="Ours">Samples of one of our turns.</param>
/// <param name="Theirs">Samples of one of the peer's.</param>
internal sealed record Rounds(int Count, int Ours, int Theirs);

/// <summary>Two programs in turns, so that a machine that changes its speed changes it for both.</summary>
internal static class Contest
{
    /// <summary>Threads of numerical libraries spin for a while after their work; nobody is timed beside them.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(150);

    /// <summary>Several times from each sample of one contestant alone, as many series as a sample has times; the turn that does not count is left out.</summary>
    internal static Dictionary<TKey, List<double>> Alone<TKey>(Rounds rounds, Func<IEnumerable<KeyValuePair<TKey, double>>> sample) where TKey : notnull
    {
        var series = new Dictionary<TKey, List<double>>();
        bool counts = false;
        Run(rounds, () =>
        {
            foreach (var (key, time) in sample())
            {
                if (!series.TryGetValue(key, out var times)) series[key] = times = [];
                if (counts) times.Add(time);
            }
            counts = true;
            return 0;
        }, null);
        return series;
    }

    /// <param name="rounds">How often.</param>
    /// <param name="ours">One sample of ours in milliseconds.</param>
    /// <param name="theirs">So many samples of the other contestant; null: only ours.</param>
    internal static (double[] Ours, double[] Theirs) Run(Rounds rounds, Func<double> ours, Func<int, double[]>? theirs)
    {
        List<double> mine = [], others = [];
        // One turn of each that does not count: compilers and caches warm up.
        ours();
        theirs?.Invoke(1);
        for (int round = 0; round < rounds.Count; round++)
        {
            Thread.Sleep(s_rest);
            for (int i = 0; i < rounds.Ours; i++) mine.Add(ours());
            if (theirs is null) continue;
            Thread.Sleep(s_rest);
            others.AddRange(theirs(rounds.Theirs));
        }
        return ([.. mine], [.. others]);
    }

    /// <summary>Milliseconds of one run.</summary>
    internal static double Time(Action run)
    {
        long start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
