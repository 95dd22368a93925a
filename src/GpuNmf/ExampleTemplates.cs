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

    /// <summary>Iterations of the factorisation at most.</summary>
    internal const int Iterations = 100;

    /// <summary>Bins x components, with the framing of the recording to be separated.</summary>
    /// <param name="session">Device.</param>
    /// <param name="example">Read from start to end; at least a frame long.</param>
    /// <param name="stft">Framing.</param>
    /// <param name="memory">Limits.</param>
    /// <param name="progress">Told the iterations done after each launch.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal static float[,] Of(DeviceSession session, IAudioSource example, StftOptions stft, MemoryOptions memory, Action<int> progress, CancellationToken cancellation)
    {
        var options = new SeparationOptions { Stft = stft, Nmf = new NmfOptions { Rank = Rank, MaxIterations = Iterations } };
        var geometry = NmfGeometry.Of(stft.Bins, stft.FrameCount(example.Length), Rank, session.Form);
        var plan = new SeparationPlanner(session, example, options, memory, renders: false, heldFits: 1, cancellation).Spectrogram();
        using var transform = new ForwardTransform(session, stft, example.Channels);
        using var factorizer = new Factorizer(session, geometry, options.Nmf);
        using var spectrogram = RecordingSpectrogram.Open(session, transform, example, ChannelMode.Joint, geometry, plan, memory);
        return factorizer.Run(spectrogram.Measure(null, cancellation), NmfModel.Of(options.Nmf), (done, _) => progress(done), cancellation)[0].Templates;
    }
}
