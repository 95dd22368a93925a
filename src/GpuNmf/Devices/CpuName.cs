using System.Runtime.InteropServices;

namespace GpuNmf.Devices;

/// <summary>The processor's name, where the system tells it.</summary>
internal static class CpuName
{
    internal static string Read()
    {
        const string cpuInfo = "/proc/cpuinfo";
        string? model = File.Exists(cpuInfo)
            ? File.ReadLines(cpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        string name = model is null ? "" : model[(model.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return name.Length > 0 ? name : $"{RuntimeInformation.ProcessArchitecture} processor";
    }
}
