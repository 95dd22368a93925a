using System.IO.Hashing;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Rows of the spectrogram that are formed from the samples whenever they are needed.</summary>
internal sealed class RecordingRows : ISpectrogramRows
{
    private readonly ForwardTransform _transform;
    private readonly DeviceSignal _signal;
    private readonly bool _isStacked;

    /// <param name="session">Device.</param>
    /// <param name="transform">Framing.</param>
    /// <param name="recording">Stays open.</param>
    /// <param name="channels">What several channels become.</param>
    /// <param name="hash">Takes all samples once; or null.</param>
    internal RecordingRows(DeviceSession session, ForwardTransform transform, IAudioSource recording, ChannelMode channels, XxHash128? hash)
    {
        _transform = transform;
        _signal = new DeviceSignal(session, recording, isMean: channels == ChannelMode.Mono) { Hash = hash };
        _isStacked = channels == ChannelMode.Stack;
    }

    /// <summary>False: the transform is the session's own work.</summary>
    public bool LoadsBeside => false;

    /// <summary>Seconds of reading so far.</summary>
    internal double ReadSeconds => _signal.Seconds;

    /// <summary>True while every sample that was read is zero.</summary>
    internal bool IsSilent => _signal.IsSilent;

    /// <summary>Frames of so many rows.</summary>
    internal long FramesOf(long rows) => rows / (_isStacked ? _signal.Channels : 1);

    /// <summary>Told the rows done so far; null tells nobody.</summary>
    internal Action<long>? Progress { get; set; }

    public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation) =>
        _transform.Magnitudes(_signal, _isStacked, first, count, target, Progress, cancellation);

    public void Dispose() => _signal.Dispose();
}
