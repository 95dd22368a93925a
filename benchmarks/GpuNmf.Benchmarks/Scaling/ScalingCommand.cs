using System.Globalization;
using System.Text.Json;
using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Table;
using GpuNmf.Benchmarks.Table.Rows;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Scaling;

/// <summary>A point of a plot.</summary>
/// <param name="Frames">T.</param>
/// <param name="Rank">K.</param>
/// <param name="Cores">Threads of the CPU accelerator, or multiprocessors.</param>
/// <param name="Beta">Divergence.</param>
/// <param name="Milliseconds">Samples of one iteration.</param>
internal sealed record ScalingPoint(int Frames, int Rank, int Cores, double Beta, IReadOnlyList<double> Milliseconds);

/// <summary><c>-- scaling OUT.json</c>: one iteration against frames, against rank and against cores; plots/scaling.py draws it.</summary>
internal static class ScalingCommand
{
    internal const string Command = "scaling";

    private const int Bins = 1025, FramesOfHalfAMinute = 2584, FramesOfAMinute = 5168;

    /// <summary>Half a minute to four hours at 44.1 kHz, hop 512.</summary>
    private static readonly int[] s_frames = [2584, 5168, 10336, 25840, 51680, 155040, 310079, 620157, 1240313];

    private static readonly int[] s_ranks = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];

    private static readonly double[] s_betas = [1, 2, 0];

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    internal static int Run(string output, bool quick)
    {
        using var session = BenchDevice.Open();
        var document = new
        {
            date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            device = session.Entry.Name,
            kind = session.Kind,
            cores = session.Entry.Cores,
            gpunmf = Environment.GetEnvironmentVariable("GPUNMF_BENCH_VERSION"),
            bins = Bins,
            quick,
            loadBefore = LoadAverage.Read(),
            frames = Points(s_frames.Where(frames => Fits(session, frames, quick)), frames => Measure(session, new(Bins, frames, 8), 1, quick)),
            ranks = Points(
                from rank in s_ranks from beta in s_betas where !quick || rank <= 32 select (rank, beta),
                at => Measure(session, new(Bins, FramesOfHalfAMinute, at.rank), at.beta, quick)),
            coresInUse = session.Form == KernelForm.Strip
                ? Points(
                    from threads in Threads() from beta in s_betas select (threads, beta),
                    at =>
                    {
                        using var part = BenchDevice.Open(at.threads);
                        return Measure(part, new(Bins, FramesOfAMinute, 8), at.beta, quick);
                    })
                : [],
            loadAfter = LoadAverage.Read(),
        };
        File.WriteAllText(output, JsonSerializer.Serialize(document, s_json));
        return 0;
    }

    /// <summary>1, 2, 4 … and all cores.</summary>
    private static IEnumerable<int> Threads()
    {
        int all = Environment.ProcessorCount;
        for (int threads = 1; threads < all; threads *= 2) yield return threads;
        yield return all;
    }

    private static bool Fits(DeviceSession session, int frames, bool quick) =>
        4.0 * Bins * frames * 1.2 < 0.6 * session.Entry.MemoryBytes && (!quick || frames <= FramesOfAMinute * 10);

    private static ScalingPoint[] Points<T>(IEnumerable<T> at, Func<T, ScalingPoint> measure) => [.. at.Select(one =>
    {
        var point = measure(one);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{point.Frames} frames, rank {point.Rank}, {point.Cores} cores, beta {point.Beta}: {point.Milliseconds.Order().ElementAt(point.Milliseconds.Count / 2):F2} ms"));
        return point;
    })];

    private static ScalingPoint Measure(DeviceSession session, IterationShape shape, double beta, bool quick)
    {
        var problem = new IterationProblem(shape, beta);
        using var steps = new SteppedFactorization(session, problem);
        // Long recordings take seconds a step and vary little; short ones take as many as fill about a second.
        double first = IterationRow.Step(steps);
        int samples = quick ? 2 : (int)Math.Clamp(1000 / (first * SteppedFactorization.IterationsOfAStep), 3, 25);
        double[] milliseconds = [.. Enumerable.Range(0, samples).Select(_ => IterationRow.Step(steps))];
        return new ScalingPoint(shape.Frames, shape.Rank, session.Entry.Cores, beta, milliseconds);
    }
}
