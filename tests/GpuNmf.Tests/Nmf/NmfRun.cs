using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Tests.Nmf;

/// <summary>Factorises a matrix that stands in host memory.</summary>
internal static class NmfRun
{
    /// <param name="session">Device.</param>
    /// <param name="x">X, bins x frames.</param>
    /// <param name="options">Options.</param>
    /// <param name="flopsOfALaunch">Work of a launch for each multiprocessor; null is the engine's own.</param>
    internal static NmfFit Fit(DeviceSession session, float[,] x, NmfOptions options, double? flopsOfALaunch = null)
    {
        var geometry = NmfGeometry.Of(x.GetLength(0), x.GetLength(1), options.Rank, session.Form);
        using var onDevice = Upload(session, x, geometry);
        using var factorizer = flopsOfALaunch is { } flops ? new Factorizer(session, geometry, options) { FlopsOfALaunch = flops } : new Factorizer(session, geometry, options);
        return factorizer.Run(onDevice, null, CancellationToken.None);
    }

    /// <summary>X as [rows][pitch] on the device.</summary>
    internal static DeviceBuffer<float> Upload(DeviceSession session, float[,] x, NmfGeometry geometry)
    {
        var rows = new float[(long)geometry.Rows * geometry.Pitch];
        for (int f = 0; f < geometry.Bins; f++)
            for (int t = 0; t < geometry.Frames; t++)
                rows[(long)t * geometry.Pitch + f] = x[f, t];
        var buffer = session.Allocate<float>(rows.Length);
        buffer.Upload(rows);
        return buffer;
    }
}
