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
    internal static string? WhyTooSmall(Device device) => WhyTooSmall(device.MaxNumThreadsPerGroup, device.MaxSharedMemoryPerGroup);

    /// <inheritdoc cref="WhyTooSmall(Device)"/>
    internal static string? WhyTooSmall(int threads, int sharedBytes) =>
        threads < GroupThreads
            ? $"it takes groups of {threads} threads and the kernels need {GroupThreads}"
            : sharedBytes < SharedBytes
                ? $"it has {sharedBytes} bytes of shared memory a group and the kernels need {SharedBytes}"
                : null;
}
