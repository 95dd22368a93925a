namespace GpuNmf;

/// <summary>Where the magnitude spectrogram is between two passes over it. No bit of a result depends on it.</summary>
public enum SpectrogramStorage
{
    /// <summary>On the device if it fits the limit, otherwise the quickest of the others, as measured.</summary>
    Auto,

    /// <summary>On the device.</summary>
    Device,

    /// <summary>In the host's memory; two blocks of it are on the device at a time. On the CPU accelerator that is the same memory.</summary>
    Host,

    /// <summary>In a file of <see cref="MemoryOptions.SpoolFolder"/>, two blocks on the device.</summary>
    Disk,

    /// <summary>Nowhere: its blocks are formed from the samples again in every pass.</summary>
    Recomputed,
}
