namespace GpuNmf.Devices;

/// <summary>The two shapes of every kernel.</summary>
internal enum KernelForm
{
    /// <summary>Groups of one thread, a strip of frames each, SIMD inside: the CPU accelerator.</summary>
    Strip,

    /// <summary>Groups of threads with shared memory and barriers: GPUs, OpenCL, simulated devices.</summary>
    Tile,
}
