using GpuNmf.Devices;

namespace GpuNmf;

/// <summary>What a run may take.</summary>
/// <param name="DeviceBytes">On the device.</param>
/// <param name="HostBytes">In the host's memory.</param>
/// <param name="IsShared">True: both are the same memory, and the two together stay within <paramref name="DeviceBytes"/>.</param>
internal readonly record struct MemoryBudget(long DeviceBytes, long HostBytes, bool IsShared)
{
    /// <summary>What the runtime, its compiler and the program's code take of a process that is held to a limit.</summary>
    private const long RuntimeBytes = 160L << 20;

    /// <summary>Holds a device to its budget of now.</summary>
    /// <param name="session">Device.</param>
    /// <param name="memory">Limits.</param>
    internal static void Limit(DeviceSession session, MemoryOptions memory) => session.LimitBytes = Of(session, memory).DeviceBytes;

    internal static MemoryBudget Of(DeviceSession session, MemoryOptions options)
    {
        long host = HostMemory.Available() / 2;
        if (session.Entry.Kind == DeviceKind.Cpu) return Shared(options.LimitBytes is { } limit ? limit - RuntimeBytes : host);
        return new MemoryBudget(options.LimitBytes ?? session.FreeBytes / 10 * 8, host, false);
    }

    private static MemoryBudget Shared(long bytes) => new(bytes, bytes, true);
}
