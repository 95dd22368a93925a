using GpuNmf.Benchmarks.Iterations;
using GpuNmf.Benchmarks.Table;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Benchmarks.Stages;

/// <summary>Sums and maxima of the rows of X, then its scaling in place.</summary>
internal sealed class ConditionStage : IDisposable
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly ConditionLauncher _launcher;
    private readonly DeviceBuffer<float> _x, _sums, _maxima;
    private readonly float[,] _wantedSums, _wantedMaxima;

    internal ConditionStage(DeviceSession session, int bins, int frames)
    {
        _session = session;
        _geometry = NmfGeometry.Of(bins, frames, 1, session.Form);
        _launcher = new ConditionLauncher(session);
        var problem = new IterationProblem(new IterationShape(bins, frames, 1), 1);
        _x = problem.Upload(session);
        (_wantedSums, _wantedMaxima) = problem.RowSumsAndMaxima();
        _sums = session.Allocate<float>(_geometry.Rows);
        _maxima = session.Allocate<float>(_geometry.Rows);
    }

    internal Cost Cost => KernelCost.Condition(_geometry);

    internal double Bytes => 4.0 * _geometry.Rows * _geometry.Pitch;

    /// <summary>Runs, and compares the rows of the scaled X and what was measured of them with sums and maxima of the host.</summary>
    /// <returns>The larger of the relative differences.</returns>
    internal double RunAndCompare(double allowed)
    {
        Run();
        double difference = Compare("sums", _sums, _wantedSums);
        difference = Math.Max(difference, Compare("maxima", _maxima, _wantedMaxima));
        // The scale is 1 and every value above the floor, so a second measurement finds X as it was.
        Run();
        return Math.Max(difference, Compare("sums after scaling", _sums, _wantedSums));

        double Compare(string what, DeviceBuffer<float> got, float[,] want) =>
            Difference.Require($"condition, {what}", OneRow(got.Download().AsSpan(0, _geometry.Frames)), want, allowed);
    }

    internal void Run()
    {
        var args = new ConditionArgs
        {
            X = _x.View,
            RowSums = _sums.View,
            RowMaxima = _maxima.View,
            Bins = _geometry.Bins,
            Pitch = _geometry.Pitch,
            Frames = _geometry.Frames,
            Scale = 1,
            Floor = 1e-6f,
        };
        _launcher.EnqueueMeasure(args);
        _launcher.EnqueueApply(args);
        _session.Synchronize();
    }

    private static float[,] OneRow(ReadOnlySpan<float> values)
    {
        var row = new float[1, values.Length];
        values.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref row[0, 0], values.Length));
        return row;
    }

    public void Dispose()
    {
        _maxima.Dispose();
        _sums.Dispose();
        _x.Dispose();
    }
}
