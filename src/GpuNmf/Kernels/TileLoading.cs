using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>Loads tile kernels for the group size that they are launched with.</summary>
internal static class TileLoading
{
    /// <summary>Threads of a group of every tile kernel that any device can run.</summary>
    internal const int Group = TileNeeds.GroupThreads;

    /// <summary>
    /// Groups of at most 128 threads, and one a multiprocessor is enough: left to itself, the assembler rounds registers down to the next
    /// step of occupancy and spills for it (4 of the update kernels, up to 88 bytes, sm_80 to sm_90).
    /// </summary>
    internal static KernelSpecialization Specialization { get; } = new(Group, 1);

    /// <summary>The same for other groups.</summary>
    internal static KernelSpecialization SpecializationFor(int threads) => new(threads, 1);

    internal static Action<AcceleratorStream, KernelConfig, TArgs> LoadTile<TArgs>(this Accelerator accelerator, Action<TArgs> kernel, int threads = Group) where TArgs : struct =>
        accelerator.LoadKernel(kernel, SpecializationFor(threads));
}
