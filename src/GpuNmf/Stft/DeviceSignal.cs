using GpuNmf.Devices;

namespace GpuNmf.Stft;

/// <summary>Samples on the device, channel after channel.</summary>
/// <param name="Samples">[Channels][Length].</param>
/// <param name="Channels">Number of channels.</param>
/// <param name="Length">Samples of a channel.</param>
internal sealed record DeviceSignal(DeviceBuffer<float> Samples, int Channels, long Length)
{
    /// <summary>Where channel 0 starts in the buffer.</summary>
    internal long FirstSample { get; init; }
}
