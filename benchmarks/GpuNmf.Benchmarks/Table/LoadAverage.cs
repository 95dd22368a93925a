using System.Globalization;

namespace GpuNmf.Benchmarks.Table;

/// <summary>How busy the machine is.</summary>
internal static class LoadAverage
{
    /// <summary>The load average of the last minute; NaN where the system does not tell it.</summary>
    internal static double Read()
    {
        const string path = "/proc/loadavg";
        return File.Exists(path) ? double.Parse(File.ReadAllText(path).Split(' ')[0], CultureInfo.InvariantCulture) : double.NaN;
    }
}
