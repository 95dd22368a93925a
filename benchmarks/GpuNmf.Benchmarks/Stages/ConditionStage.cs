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
    private readonly IterationProblem _problem;
    private readonly DeviceBuffer<float> _sums, _maxima;
    private DeviceBuffer<float> _x;

    internal ConditionStage(DeviceSession session, int bins, int frames)
    {
        _session = session;
        _geometry = NmfGeometry.Of(bins, frames, 1, session.Form);
        _launcher = new ConditionLauncher(session);
        _problem = new IterationProblem(new IterationShape(bins, frames, 1), 1);
        _x = _problem.Upload(session);
        _sums = session.Allocate<float>(_geometry.Rows);
        _maxima = session.Allocate<float>(_geometry.Rows);
    }

    internal Cost Cost => KernelCost.Condition(_geometry);

    internal double Bytes => 4.0 * _geometry.Rows * _geometry.Pitch;

    /// <summary>
    /// Compares sums and maxima of the rows with the host's, as X is and as it is after a scale of 2 and a floor that a quarter of the
    /// values lie below. X is afterwards as it was.
    /// </summary>
    /// <returns>The largest of the relative differences.</returns>
    internal double Check(double allowed)
    {
        const float scale = 2, floor = 0.5f;
        Run(scale, floor);
        double difference = CompareBoth("", value => value);
        // What is measured now is X as it was scaled.
        Run();
        difference = Math.Max(difference, CompareBoth(", scaled", value => Math.Max(scale * value, floor)));
        _x.Dispose();
        _x = _problem.Upload(_session);
        return difference;

        double CompareBoth(string when, Func<float, float> change)
        {
            var (sums, maxima) = _problem.RowSumsAndMaxima(change);
            return Math.Max(Compare("sums" + when, _sums, sums), Compare("maxima" + when, _maxima, maxima));
        }

        double Compare(string what, DeviceBuffer<float> got, float[,] want) =>
            Difference.Require($"condition, {what}", OneRow(got.Download().AsSpan(0, _geometry.Frames)), want, allowed);
    }

    /// <summary>With a scale of 1 and a floor below every value, so that X stays what it is.</summary>
    internal void Run() => Run(1, 1e-6f);

    private void Run(float scale, float floor)
    {
        var args = new ConditionArgs
        {
            X = _x.View,
            RowSums = _sums.View,
            RowMaxima = _maxima.View,
            Bins = _geometry.Bins,
            Pitch = _geometry.Pitch,
            Frames = _geometry.Frames,
            Scale = scale,
            Floor = floor,
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
