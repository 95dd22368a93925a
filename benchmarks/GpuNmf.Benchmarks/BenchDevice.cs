using System.Globalization;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks;

/// <summary>The device that is timed: GPUNMF_BENCH_DEVICE (<c>cpu</c>, <c>cuda</c>, <c>opencl:0</c>), by default the CPU.</summary>
internal static class BenchDevice
{
    internal const string Variable = "GPUNMF_BENCH_DEVICE";

    internal static string Name => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : "cpu";

    /// <summary>Opens it.</summary>
    /// <param name="threads">Threads of the CPU accelerator; null takes every core.</param>
    internal static DeviceSession Open(int? threads = null) => DeviceSession.Open(DeviceRequest.Parse(Name) with { Threads = threads });

    /// <summary>The device's name as part of a file name.</summary>
    internal static string Slug(DeviceEntry entry)
    {
        string plain = string.Concat(entry.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join('-', plain.Split('-', StringSplitOptions.RemoveEmptyEntries))}-{entry.Cores}");
    }
}
