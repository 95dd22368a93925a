namespace GpuNmf.Devices;

/// <summary>The programming interface a device is reached by.</summary>
public enum DeviceKind
{
    /// <summary>The CPU accelerator: SIMD on every core.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU through its driver.</summary>
    Cuda,

    /// <summary>Any OpenCL device.</summary>
    OpenCL,
}
