using System.Diagnostics;
using System.Globalization;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>Host samples to stems in a reused buffer: everything but files, and kernels that are compiled already.</summary>
internal static class HourRow
{
    private const int Rank = 8, Iterations = 200;

    internal static Row Measure(Bench bench, int seconds, int samples, Target? target)
    {
        var shape = new StageShape(seconds, 2);
        var options = new SeparationOptions
        {
            Nmf = new NmfOptions { Rank = Rank, MaxIterations = Iterations, Tolerance = 0, Solver = NmfSolver.MultiplicativeUpdate },
        };
        var ring = new RingSink();
        // Not disposed: the device stays open for other rows.
        var separator = new SourceSeparator(bench.Session);
        Require(separator.Separate(new StageShape(2, 2).Render(), ring, options));
        var recording = shape.Render();
        var times = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            long start = Stopwatch.GetTimestamp();
            var result = separator.Separate(recording, ring, options);
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Require(result);
            if (ring.Taken != recording.Length * recording.Channels * Rank)
                throw new InvalidOperationException($"{ring.Taken} values of stems came, not {recording.Length * recording.Channels * Rank}.");
        }
        return new Row(string.Create(CultureInfo.InvariantCulture, $"samples to stems, {shape}, K {Rank}, {Iterations} KL iterations"), "s") { Ours = times, Target = target };
    }

    private static void Require(SeparationResult result)
    {
        Difference.RequireResidual("samples to stems", result.ConservationResidualDb);
        if (!double.IsFinite(result.LossTrace[^1].Loss)) throw new InvalidOperationException($"The loss of samples to stems is {result.LossTrace[^1].Loss}.");
    }
}
