using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>From X as the field writes it, bins x frames, to the rows that kernels read.</summary>
internal static class SpectrogramLayout
{
    private const int FramesAtATime = 1024;

    /// <summary>X as [rows][pitch] on the device, padding zero, some frames at a time.</summary>
    internal static DeviceBuffer<float> Upload(DeviceSession session, float[,] x, NmfGeometry geometry)
    {
        var buffer = session.Allocate<float>((long)geometry.Rows * geometry.Pitch);
        try
        {
            buffer.Clear();
            var rows = new float[FramesAtATime * geometry.Pitch];
            for (int first = 0; first < geometry.Frames; first += FramesAtATime)
            {
                int frames = Math.Min(FramesAtATime, geometry.Frames - first);
                for (int f = 0; f < geometry.Bins; f++)
                    for (int t = 0; t < frames; t++) rows[t * geometry.Pitch + f] = x[f, first + t];
                buffer.Upload(rows.AsSpan(0, frames * geometry.Pitch), (long)first * geometry.Pitch);
            }
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
