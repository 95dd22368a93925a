using System.Globalization;
using GpuNmf.Benchmarks.Machine;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>The two ceilings.</summary>
internal static class PeaksFact
{
    internal static string Measure(DeviceSession session)
    {
        var peaks = Peaks.Measure(session);
        string copies = string.Join(", ", peaks.Bandwidths.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Bytes / 1e6:F0} MB {b.Copy / 1e9:F0}")));
        return string.Create(CultureInfo.InvariantCulture, $"{peaks.FlopsASecond / 1e12:F2} TFLOP/s in single precision; copies, GB/s read and written: {copies}");
    }
}
