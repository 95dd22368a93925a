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

    /// <summary>Opens a device that does not give more than its budget.</summary>
    /// <param name="device">Null is <see cref="DeviceRequest.Auto"/>.</param>
    /// <param name="memory">Limits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads, or an option of the memory, is out of range.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there.</exception>
    internal static DeviceSession Open(DeviceRequest? device, MemoryOptions memory)
    {
        memory.Validate();
        var session = DeviceSession.Open(device ?? DeviceRequest.Auto);
        session.LimitBytes = Of(session, memory).DeviceBytes;
        return session;
    }

    internal static MemoryBudget Of(DeviceSession session, MemoryOptions options)
    {
        long host = HostMemory.Available() / 2;
        if (session.Entry.Kind == DeviceKind.Cpu) return Shared(options.LimitBytes is { } limit ? limit - RuntimeBytes : host);
        return new MemoryBudget(options.LimitBytes ?? session.FreeBytes / 10 * 8, host, false);
    }

    private static MemoryBudget Shared(long bytes) => new(bytes, bytes, true);
}
