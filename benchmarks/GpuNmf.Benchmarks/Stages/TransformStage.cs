using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;
using GpuNmf.Masking;
using GpuNmf.Stft;

namespace GpuNmf.Benchmarks.Stages;

/// <summary>Samples on the device to magnitudes on the device, default framing, channels joined.</summary>
internal sealed class TransformStage : IDisposable
{
    private readonly DeviceSession _session;
    private readonly StftOptions _options = new();
    private readonly DeviceBuffer<float> _x;
    private readonly ForwardTransform _transform;
    private readonly DeviceSignal _signal;
    private readonly int _channels;

    internal TransformStage(DeviceSession session, AudioBuffer recording)
    {
        _session = session;
        _channels = recording.Channels;
        Frames = (int)_options.FrameCount(recording.Length);
        _signal = new DeviceSignal(session, recording);
        _signal.Hold(0, recording.Length, CancellationToken.None);
        _transform = new ForwardTransform(session, _options, recording.Channels);
        _x = session.Allocate<float>((long)NmfGeometry.RowsOf(Frames, session.Form) * Pitch);
    }

    internal int Frames { get; }

    internal int Pitch => NmfGeometry.PitchOf(_options.Bins);

    /// <summary>Magnitudes as they lie on the device, [rows][pitch].</summary>
    internal DeviceBuffer<float> Magnitudes => _x;

    internal Cost Cost => KernelCost.Stft(_session.Form, new FrameShape(_options.FftLength, _options.EffectiveHopLength, _channels), Frames, 1, false);

    internal void Run()
    {
        _transform.Magnitudes(_signal, false, _x, null, CancellationToken.None);
        _session.Synchronize();
    }

    /// <summary>Frames x bins on the host.</summary>
    internal float[,] Download()
    {
        var rows = _x.Download();
        var x = new float[Frames, _options.Bins];
        for (int t = 0; t < Frames; t++)
            rows.AsSpan(t * Pitch, _options.Bins).CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref x[t, 0], _options.Bins));
        return x;
    }

    public void Dispose()
    {
        _x.Dispose();
        _transform.Dispose();
        _signal.Dispose();
    }
}
