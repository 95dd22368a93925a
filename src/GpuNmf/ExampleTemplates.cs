using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>The spectra that a recording of one source is made of: templates of a factorisation of its own.</summary>
internal static class ExampleTemplates
{
    /// <summary>Enough for attack, body and tail of a few notes, and few enough to be quick.</summary>
    private const int Rank = 8;

    /// <summary>Bins x components, with the framing of the recording to be separated.</summary>
    /// <param name="session">Device.</param>
    /// <param name="example">Read from start to end; at least a frame long.</param>
    /// <param name="options">Framing.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal static float[,] Of(DeviceSession session, IAudioSource example, StftOptions options, CancellationToken cancellation)
    {
        var geometry = NmfGeometry.Of(options.Bins, options.FrameCount(example.Length), Rank, session.Form);
        using var transform = new ForwardTransform(session, options, example.Channels);
        using var x = session.Allocate<float>((long)geometry.Rows * geometry.Pitch);
        RecordingMagnitudes.Into(session, transform, example, ChannelMode.Joint, x, null, cancellation);
        using var factorizer = new Factorizer(session, geometry, new NmfOptions { Rank = Rank, MaxIterations = 100 });
        return factorizer.Run(x, null, cancellation).Templates;
    }
}
