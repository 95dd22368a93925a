using ILGPU.Runtime;

namespace GpuNmf.Devices;

/// <summary>What the tile kernels need of a device beside a driver that compiles them.</summary>
internal static class TileNeeds
{
    /// <summary>Threads of a group of every tile kernel: the least limit of the devices that the tests simulate.</summary>
    internal const int GroupThreads = 128;

    /// <summary>Static shared memory of the largest tile kernel, the transform of 8192 samples.</summary>
    internal const int SharedBytes = 32 << 10;

    /// <summary>Null when a device is large enough, otherwise the reason why not.</summary>
    internal static string? WhyTooSmall(Device device) =>
        device.MaxNumThreadsPerGroup < GroupThreads
            ? $"it takes groups of {device.MaxNumThreadsPerGroup} threads and the kernels need {GroupThreads}"
            : device.MaxSharedMemoryPerGroup < SharedBytes
                ? $"it has {device.MaxSharedMemoryPerGroup} bytes of shared memory a group and the kernels need {SharedBytes}"
                : null;
}
