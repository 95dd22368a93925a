using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>A factorisation to be timed: uniform random X and start from a seed, the same for every divergence.</summary>
internal sealed class IterationProblem
{
    internal const int Seed = 1;

    private readonly float[,] _x;
    private readonly float[,] _templates;
    private readonly float[,] _activations;

    internal IterationProblem(IterationShape shape, double beta)
    {
        Shape = shape;
        Beta = beta;
        var random = new Random(Seed);
        _x = Uniform(random, shape.Bins, shape.Frames);
        _templates = Uniform(random, shape.Bins, shape.Rank);
        _activations = Uniform(random, shape.Rank, shape.Frames);
    }

    internal IterationShape Shape { get; }

    internal double Beta { get; }

    internal float[,] Spectrogram => _x;

    internal float[,] Templates => _templates;

    internal float[,] Activations => _activations;

    internal NmfOptions Options(int iterations) => new()
    {
        Rank = Shape.Rank,
        Beta = Beta,
        Solver = NmfSolver.MultiplicativeUpdate,
        MaxIterations = iterations,
        Tolerance = 0,
        InitialTemplates = _templates,
        InitialActivations = _activations,
    };

    internal NmfGeometry Geometry(DeviceSession session) => NmfGeometry.Of(Shape.Bins, Shape.Frames, Shape.Rank, session.Form);

    /// <summary>X as the kernels read it; a factorisation scales it in place.</summary>
    internal DeviceBuffer<float> Upload(DeviceSession session)
    {
        var geometry = Geometry(session);
        var rows = new float[(long)geometry.Rows * geometry.Pitch];
        for (int f = 0; f < Shape.Bins; f++)
            for (int t = 0; t < Shape.Frames; t++)
                rows[(long)t * geometry.Pitch + f] = _x[f, t];
        var buffer = session.Allocate<float>(rows.Length);
        buffer.Upload(rows);
        return buffer;
    }

    private static float[,] Uniform(Random random, int rows, int columns)
    {
        var values = new float[rows, columns];
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref values[0, 0], values.Length)) value = random.NextSingle();
        return values;
    }
}
