using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>
/// <c>-- time-iteration FRAMES RANK BETA SAMPLES</c>: milliseconds an iteration at 1025 bins as one line of JSON, so that a script can
/// run this program and a peer in turns.
/// </summary>
internal static class TimeIteration
{
    internal const string Command = "time-iteration";

    private const int Bins = 1025;

    internal static int Run(string frames, string rank, string beta, string samples)
    {
        var culture = CultureInfo.InvariantCulture;
        var shape = new IterationShape(Bins, int.Parse(frames, culture), int.Parse(rank, culture));
        var problem = new IterationProblem(shape, double.Parse(beta, culture));
        using var session = DeviceSession.Open(DeviceRequest.Cpu);
        double error = IterationCheck.Require(session, problem);
        using var factorization = new SteppedFactorization(session, problem);
        factorization.Step();
        var milliseconds = new double[int.Parse(samples, culture)];
        var before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < milliseconds.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            factorization.Step();
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / SteppedFactorization.IterationsOfAStep;
        }
        double processor = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / (milliseconds.Length * SteppedFactorization.IterationsOfAStep);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            program = "gpunmf",
            kind = session.Kind,
            threads = session.Entry.Cores,
            bins = shape.Bins,
            frames = shape.Frames,
            rank = shape.Rank,
            beta = problem.Beta,
            seed = IterationProblem.Seed,
            relativeError = error,
            iterationsOfASample = SteppedFactorization.IterationsOfAStep,
            milliseconds,
            processorMilliseconds = processor,
        }));
        return 0;
    }
}
