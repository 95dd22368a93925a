using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>From a recording to the spectrogram that is factorised.</summary>
internal static class RecordingMagnitudes
{
    /// <summary>Magnitudes of a recording, read from start to end, into X; returns when they are there.</summary>
    /// <param name="session">Device.</param>
    /// <param name="transform">Framing.</param>
    /// <param name="recording">Stays open.</param>
    /// <param name="channels">What several channels become.</param>
    /// <param name="x">[rows][pitch].</param>
    /// <param name="progress">Told frames done and in all; null tells nobody.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <returns>Seconds of reading, and whether every sample is zero.</returns>
    internal static (double ReadSeconds, bool IsSilent) Into(
        DeviceSession session, ForwardTransform transform, IAudioSource recording, ChannelMode channels, DeviceBuffer<float> x, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var signal = new DeviceSignal(session, recording, isMean: channels == ChannelMode.Mono);
        transform.Magnitudes(signal, channels == ChannelMode.Stack, x, progress, cancellation);
        session.Synchronize();
        return (signal.Seconds, signal.IsSilent);
    }
}
