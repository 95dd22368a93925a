namespace GpuNmf.Devices;

/// <summary>One line of the device list.</summary>
/// <param name="Kind">How the device is reached.</param>
/// <param name="Index">0-based among the usable devices of its kind; -1 for a rejected one.</param>
/// <param name="Name">The driver's name of it.</param>
/// <param name="MemoryBytes">Its memory; 0 where unknown.</param>
/// <param name="Cores">Multiprocessors, compute units or CPU cores; 0 where unknown.</param>
/// <param name="RejectedBecause">Null when the device can be used, otherwise the reason, in one sentence.</param>
public sealed record DeviceEntry(DeviceKind Kind, int Index, string Name, long MemoryBytes, int Cores, string? RejectedBecause)
{
    /// <summary>True when the device can be used.</summary>
    public bool IsUsable => RejectedBecause is null;

    /// <summary>What to pass to <see cref="DeviceRequest.Parse"/> for this device, such as <c>cuda:0</c>. Of no use for a rejected one.</summary>
    public string Id => Kind == DeviceKind.Cpu ? "cpu" : $"{(Kind == DeviceKind.Cuda ? "cuda" : "opencl")}:{Index}";
}
