using BenchmarkDotNet.Attributes;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary><c>-- iterations</c>: one multiplicative iteration on the device of GPUNMF_BENCH_DEVICE, checked against the oracle first.</summary>
#pragma warning disable CA1001 // BenchmarkDotNet calls Cleanup; it disposes of nothing.
public class IterationBenchmarks
#pragma warning restore CA1001
{
    internal const string Command = "iterations";

    private DeviceSession? _session;
    private SteppedFactorization? _factorization;

    /// <summary>Sizes.</summary>
    public static IEnumerable<IterationShape> Shapes => IterationShape.Reported;

    /// <summary>Bins, frames and rank.</summary>
    [ParamsSource(nameof(Shapes))]
    public IterationShape Shape { get; set; } = IterationShape.Reported[0];

    /// <summary>Kullback-Leibler, Frobenius, Itakura-Saito, and one that needs powers.</summary>
    [Params(1.0, 2.0, 0.0, 0.5)]
    public double Beta { get; set; }

    /// <summary>Checks, then warms up.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var problem = new IterationProblem(Shape, Beta);
        _session = BenchDevice.Open();
        double error = IterationCheck.Require(_session, problem);
        Console.WriteLine($"// {_session.Entry.Name}, {_session.Kind}, {_session.Entry.Cores} threads; W H off by {error:E1} after two iterations");
        _factorization = new SteppedFactorization(_session, problem);
    }

    /// <summary>Ten iterations and one loss.</summary>
    [Benchmark(OperationsPerInvoke = SteppedFactorization.IterationsOfAStep)]
    public void Iteration() => _factorization!.Step();

    /// <summary>Gives everything back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _factorization?.Dispose();
        _session?.Dispose();
    }

    internal static int Run(string[] arguments) =>
        BenchmarkRun.Of(typeof(IterationBenchmarks), arguments, ThroughputColumn.Flops, ThroughputColumn.Bytes);
}
