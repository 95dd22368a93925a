using BenchmarkDotNet.Attributes;
using GpuNmf.Audio;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Stages;

/// <summary><c>-- stages</c>: the stages around the iterations on the device of GPUNMF_BENCH_DEVICE.</summary>
/// <remarks>Their results are checked by the table, beside NumPy's.</remarks>
#pragma warning disable CA1001 // BenchmarkDotNet calls Cleanup; it disposes of nothing.
public class StageBenchmarks
#pragma warning restore CA1001
{
    internal const string Command = "stages";

    private const int Rank = 8;

    private readonly RingSink _sink = new();
    private DeviceSession? _session;
    private TransformStage? _transform;
    private ConditionStage? _condition;
    private StemStage? _stems;

    /// <summary>Recordings.</summary>
    public static IEnumerable<StageShape> Shapes => [new(30, 1), new(30, 2), new(300, 2)];

    /// <summary>Length and channels.</summary>
    [ParamsSource(nameof(Shapes))]
    public StageShape Shape { get; set; } = new(30, 1);

    /// <summary>Makes the recording and brings it to the device.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _session = BenchDevice.Open();
        AudioBuffer recording = Shape.Render();
        _transform = new TransformStage(_session, recording);
        _condition = new ConditionStage(_session, 1025, _transform.Frames);
        _stems = new StemStage(_session, recording, Rank);
    }

    /// <summary>Samples to magnitudes.</summary>
    [Benchmark]
    public void Transform() => _transform!.Run();

    /// <summary>Sums and maxima of the rows of X, then its scaling.</summary>
    [Benchmark]
    public void Condition() => _condition!.Run();

    /// <summary>Spectrum, masks, inverse transforms, overlap-add; 8 stems to the host.</summary>
    [Benchmark]
    public void Stems() => _stems!.Run(_sink);

    /// <summary>Gives everything back.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _stems?.Dispose();
        _condition?.Dispose();
        _transform?.Dispose();
        _session?.Dispose();
    }

    internal static int Run(string[] arguments) => BenchmarkRun.Of(typeof(StageBenchmarks), arguments);
}
