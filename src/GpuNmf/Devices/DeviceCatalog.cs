namespace GpuNmf.Devices;

/// <summary>What devices this machine has.</summary>
public static class DeviceCatalog
{
    /// <summary>Every CUDA, OpenCL and CPU device, usable or rejected with the reason.</summary>
    public static IReadOnlyList<DeviceEntry> List() => throw new NotImplementedException();
}
