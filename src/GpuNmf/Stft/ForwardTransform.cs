using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Stft;

/// <summary>The short-time Fourier transform of one framing on one device, from samples to magnitudes or to the complex spectrum.</summary>
internal sealed class ForwardTransform : IDisposable
{
    private readonly StftOptions _options;
    private readonly StftLauncher _launcher;
    private readonly DeviceBuffer<float> _scratch;

    /// <param name="session">Device.</param>
    /// <param name="options">Framing, checked.</param>
    /// <param name="channels">Most channels that a row of magnitudes is made of.</param>
    internal ForwardTransform(DeviceSession session, StftOptions options, int channels)
    {
        _options = options;
        _launcher = new StftLauncher(session, options.FftLength, channels);
        Tables = new FftTables(session, WindowFunctions.Frame(options));
        try
        {
            _scratch = session.Allocate<float>(_launcher.ScratchLength);
        }
        catch
        {
            Tables.Dispose();
            throw;
        }
    }

    /// <summary>Rows of one launch, so that a cancellation is seen soon. No result depends on it.</summary>
    internal int RowsOfALaunch { get; init; } = 16384;

    /// <summary>Roots and window.</summary>
    internal FftTables Tables { get; }

    private int Lead => _options.Center ? _options.FftLength / 2 : 0;

    /// <summary>The frames of a signal.</summary>
    internal Framing FramingOf(long samples) => new(_options.FftLength, _options.EffectiveHopLength, Lead, _options.FrameCount(samples));

    public void Dispose()
    {
        _scratch.Dispose();
        Tables.Dispose();
    }

    /// <summary>Magnitudes of every frame into <paramref name="x"/> [rows][pitch].</summary>
    /// <param name="signal">Samples.</param>
    /// <param name="stacked">True: row t C + c is channel c of frame t. False: row t is the root of the mean power over the channels.</param>
    /// <param name="x">Receives the magnitudes; padding is not touched.</param>
    /// <param name="progress">Told the frames done and the frames in all.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal void Magnitudes(DeviceSignal signal, bool stacked, DeviceBuffer<float> x, Action<long, long>? progress, CancellationToken cancellation)
    {
        long frames = _options.FrameCount(signal.Length), rows = stacked ? frames * signal.Channels : frames;
        var args = Args(signal);
        args.Output = x.View;
        args.Imaginary = x.View;
        args.RowsOfAFrame = stacked ? signal.Channels : 1;
        args.ChannelsOfARow = stacked ? 1 : signal.Channels;
        for (long row = 0; row < rows; row += RowsOfALaunch)
        {
            cancellation.ThrowIfCancellationRequested();
            args.FirstRow = row;
            args.OutputRow = (int)row;
            args.Rows = (int)Math.Min(RowsOfALaunch, rows - row);
            _launcher.EnqueueMagnitudes(args);
            progress?.Invoke(frames * (row + args.Rows) / rows, frames);
        }
    }

    /// <summary>Complex spectrum of some frames; row (frame in block) C + channel.</summary>
    internal void Spectrum(DeviceSignal signal, long firstFrame, int frames, DeviceBuffer<float> real, DeviceBuffer<float> imaginary)
    {
        var args = Args(signal);
        args.Output = real.View;
        args.Imaginary = imaginary.View;
        args.RowsOfAFrame = signal.Channels;
        args.ChannelsOfARow = 1;
        args.FirstRow = firstFrame * signal.Channels;
        args.Rows = frames * signal.Channels;
        _launcher.EnqueueSpectrum(args);
    }

    private StftArgs Args(DeviceSignal signal) => new()
    {
        Samples = signal.Samples.View.SubView(signal.FirstSample, signal.Channels * signal.Length),
        Window = Tables.Window.View,
        Twiddles = Tables.Twiddles.View,
        PassRoots = Tables.PassRoots.View,
        Scratch = _scratch.View,
        Length = signal.Length,
        SampleStride = signal.Length,
        FftLength = _options.FftLength,
        HopLength = _options.EffectiveHopLength,
        Lead = Lead,
        Reflect = _options.Center && _options.Padding == PaddingMode.Reflect ? 1 : 0,
        Pitch = NmfGeometry.PitchOf(_options.Bins),
    };
}
