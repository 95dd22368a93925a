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

    internal ConditionStage(DeviceSession session, int bins, int frames)
    {
        _session = session;
        _geometry = NmfGeometry.Of(bins, frames, 1, session.Form);
        _launcher = new ConditionLauncher(session);
        _x = session.Allocate<float>((long)_geometry.Rows * _geometry.Pitch);
        _sums = session.Allocate<float>(_geometry.Rows);
        _maxima = session.Allocate<float>(_geometry.Rows);
    }

    internal Cost Cost => KernelCost.Condition(_geometry);

    internal double Bytes => 4.0 * _geometry.Rows * _geometry.Pitch;

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

    public void Dispose()
    {
        _maxima.Dispose();
        _sums.Dispose();
        _x.Dispose();
    }
}
