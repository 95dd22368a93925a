using GpuNmf.Devices;

namespace GpuNmf.Stft;

/// <summary>A signal of which the device holds the part at work.</summary>
internal interface IDeviceSignal
{
    int Channels { get; }

    /// <summary>Samples of a channel.</summary>
    long Length { get; }

    /// <summary>The samples held, channel after channel, an equal share of the buffer each, from sample <see cref="First"/> on.</summary>
    DeviceBuffer<float> Held { get; }

    /// <summary>The first sample held.</summary>
    long First { get; }

    /// <summary>
    /// Holds at least the samples from <paramref name="start"/> to before <paramref name="end"/>. Others may be gone then, and
    /// <see cref="Held"/> may be another buffer: what was enqueued on the old one has finished.
    /// </summary>
    /// <param name="start">The first sample, from 0.</param>
    /// <param name="end">At most <see cref="Length"/>.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    void Hold(long start, long end, CancellationToken cancellation);
}
