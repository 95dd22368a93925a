using GpuNmf.Audio;
using GpuNmf.Devices;

namespace GpuNmf;

/// <summary>Takes recordings apart on one device.</summary>
public sealed class SourceSeparator : IDisposable
{
    /// <summary>Opens the device.</summary>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there; the message lists what is.</exception>
    public SourceSeparator(DeviceRequest? device = null) => throw new NotImplementedException();

    /// <summary>The device in use.</summary>
    public DeviceEntry Device => throw new NotImplementedException();

    /// <summary>Separates a recording; the stems go to <paramref name="sink"/> block by block.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or does not fit the recording (too short, wrong shape of a start).</exception>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    public SeparationResult Separate(
        IAudioSource recording,
        IStemSink sink,
        SeparationOptions? options = null,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }
}
