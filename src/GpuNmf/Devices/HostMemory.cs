using System.Globalization;

namespace GpuNmf.Devices;

/// <summary>The host's memory.</summary>
internal static class HostMemory
{
    /// <summary>Bytes that a process could take now without swapping: what the system calls available, within the limit of a container.</summary>
    internal static long Available()
    {
        long all = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return Math.Min(all, OfSystem() ?? all);
    }

    private static long? OfSystem()
    {
        const string name = "MemAvailable:";
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            // Such as "MemAvailable:   12345678 kB".
            string? line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture) * 1024;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
