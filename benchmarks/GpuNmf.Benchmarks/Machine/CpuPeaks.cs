using System.Diagnostics;

namespace GpuNmf.Benchmarks.Machine;

/// <summary>Peaks of the processor: the best of some repetitions on every core at the same time.</summary>
internal static class CpuPeaks
{
    private const int Repetitions = 25;
    private const int MultiplyAdds = 4_000_000;

    /// <summary>Bytes that a repetition moves at least, whatever the size of the buffer.</summary>
    private const double BytesOfARepetition = 256e6;

    internal static Peaks Measure(int threads)
    {
        double[] megabytes = [4, 16, 64, 256, 1024];
        return new Peaks(Flops(threads), [.. megabytes.Select(size => Memory(threads, size * 1e6))]);
    }

    private static double Flops(int threads)
    {
        double flopsOfAThread = 2.0 * FmaLoop.Chains * FmaLoop.Lanes * MultiplyAdds;
        return threads * flopsOfAThread / Best(threads, _ => FmaLoop.Run(MultiplyAdds));
    }

    private static Bandwidth Memory(int threads, double bytes)
    {
        int floats = (int)(bytes / 4 / threads);
        var from = new float[threads][];
        var to = new float[threads][];
        // Each thread touches its own part first, so that it lies near that thread.
        Together(threads, i => (from[i], to[i]) = (Ones(floats), Ones(floats)));
        int times = (int)Math.Ceiling(BytesOfARepetition / bytes);
        double read = Best(threads, i => { for (int n = 0; n < times; n++) s_sink = ReadLoop.Sum(from[i]); });
        double copy = Best(threads, i => { for (int n = 0; n < times; n++) from[i].CopyTo(to[i], 0); });
        double size = 4.0 * floats * threads;
        return new Bandwidth(size, times * size / read, 2 * times * size / copy);
    }

    private static float[] Ones(int length)
    {
        var values = new float[length];
        Array.Fill(values, 1f);
        return values;
    }

    private static double Best(int threads, Action<int> work)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < Repetitions; i++) best = Math.Min(best, Together(threads, work));
        return best;
    }

    /// <summary>Seconds from the first of some threads' start to the last one's end. Each takes its own times: whoever waits for them may be late.</summary>
    private static double Together(int threads, Action<int> work)
    {
        using var start = new Barrier(threads);
        long[] begins = new long[threads], ends = new long[threads];
        var all = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            begins[i] = Stopwatch.GetTimestamp();
            work(i);
            ends[i] = Stopwatch.GetTimestamp();
        })).ToArray();
        foreach (var thread in all) thread.Start();
        foreach (var thread in all) thread.Join();
        return Stopwatch.GetElapsedTime(begins.Min(), ends.Max()).TotalSeconds;
    }

    /// <summary>Keeps results alive, so that no loop is dropped.</summary>
    private static float s_sink;
}
