using GpuNmf.Devices;

namespace GpuNmf;

/// <summary>What a separation would take; nothing of it has been done but measuring the device on a short noise.</summary>
public sealed record SeparationPlan
{
    /// <summary>Bytes on the device at most; of the CPU accelerator's those are the host's, and do not count among <see cref="HostBytes"/>.</summary>
    public required long DeviceBytes { get; init; }

    /// <summary>Bytes in the host's memory for factors and what is on its way, and for the spectrogram where it is kept there.</summary>
    public required long HostBytes { get; init; }

    /// <summary>Bytes on disk beside the stems: the spectrogram where it is spooled; 0 elsewhere.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Bytes of a checkpoint at most. Where they are kept, the last one stands until the next one is complete.</summary>
    public required long CheckpointBytes { get; init; }

    /// <summary>Bytes of the magnitude spectrogram, wherever it is.</summary>
    public required long SpectrogramBytes { get; init; }

    /// <summary>Where the spectrogram is between two passes; never <see cref="SpectrogramStorage.Auto"/>.</summary>
    public required SpectrogramStorage Storage { get; init; }

    /// <summary>Blocks that it passes through the device in; 1 where it stays there.</summary>
    public required int Blocks { get; init; }

    /// <summary>Passes over the spectrogram if no model stops early: an iteration each, and one, for each batch of restarts.</summary>
    public required long Passes { get; init; }

    /// <summary>Expected seconds of each stage if no model stops early, from rates measured with these options.</summary>
    public required StageTimings Timings { get; init; }

    /// <summary>Their sum.</summary>
    public double Seconds => Timings.ReadSeconds + Timings.StftSeconds + Timings.NmfSeconds + Timings.StemSeconds;

    /// <summary>The device that it is for.</summary>
    public required DeviceEntry Device { get; init; }
}
