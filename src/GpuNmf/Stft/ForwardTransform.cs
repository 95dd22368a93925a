using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Stft;

/// <summary>The short-time Fourier transform of one framing on one device, from samples to magnitudes or to the complex spectrum.</summary>
internal sealed class ForwardTransform : IDisposable
{
    private const long SamplesOfALaunchAtMost = 8 << 20;

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

    /// <summary>Rows of one launch at most, so that a cancellation is seen soon. No result depends on it.</summary>
    internal int RowsOfALaunch { get; init; } = 16384;

    /// <summary>Samples of all channels that a launch reads at most, unless one frame takes more. No result depends on it.</summary>
    internal long SamplesOfALaunch { get; init; } = SamplesOfALaunchAtMost;

    /// <summary>Roots and window.</summary>
    internal FftTables Tables { get; }

    private int Lead => LeadOf(_options);

    /// <summary>The frames of a signal.</summary>
    internal Framing FramingOf(long samples) => FramingOf(_options, samples);

    /// <inheritdoc cref="FramingOf(long)"/>
    internal static Framing FramingOf(StftOptions options, long samples) => new(options.FftLength, options.EffectiveHopLength, LeadOf(options), options.FrameCount(samples));

    /// <summary>Bytes on the device of tables and scratch, and of the samples that a launch reads.</summary>
    /// <param name="session">Device.</param>
    /// <param name="options">Framing.</param>
    /// <param name="channels">C.</param>
    /// <param name="samples">Samples of a channel.</param>
    /// <param name="frames">Frames of a launch at most.</param>
    internal static long Bytes(DeviceSession session, StftOptions options, int channels, long samples, long frames)
    {
        long most = Math.Max(SamplesOfALaunchAtMost / channels, options.FftLength) + 2L * options.FftLength, reached = frames <= most ? frames * options.EffectiveHopLength + 2L * options.FftLength : most;
        long held = samples <= 2 * options.FftLength ? samples : Math.Min(samples, Math.Min(most, reached));
        return sizeof(float) * (channels * held + StftLauncher.ScratchLengthOf(session, options.FftLength, channels) + FftTables.Length(options.FftLength));
    }

    private static int LeadOf(StftOptions options) => options.Center ? options.FftLength / 2 : 0;

    public void Dispose()
    {
        _scratch.Dispose();
        Tables.Dispose();
    }

    /// <summary>Magnitudes of every frame into <paramref name="x"/> [rows][pitch].</summary>
    /// <param name="signal">Samples; all are read, those too that no frame reaches.</param>
    /// <param name="stacked">True: row t C + c is channel c of frame t. False: row t is the root of the mean power over the channels.</param>
    /// <param name="x">Receives the magnitudes; padding is not touched.</param>
    /// <param name="progress">Told the frames done and the frames in all.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal void Magnitudes(IDeviceSignal signal, bool stacked, DeviceBuffer<float> x, Action<long, long>? progress, CancellationToken cancellation)
    {
        long frames = _options.FrameCount(signal.Length);
        int rowsOfAFrame = stacked ? signal.Channels : 1;
        Magnitudes(signal, stacked, 0, (int)(frames * rowsOfAFrame), x, rows => progress?.Invoke(rows / rowsOfAFrame, frames), cancellation);
    }

    /// <summary>Some rows of magnitudes, to the front of <paramref name="x"/>.</summary>
    /// <param name="signal">Samples; with the last row all up to the end are read, those too that no frame reaches.</param>
    /// <param name="stacked">As above.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="x">Receives them; padding is not touched.</param>
    /// <param name="progress">Told the rows done.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal void Magnitudes(IDeviceSignal signal, bool stacked, long firstRow, int rows, DeviceBuffer<float> x, Action<long>? progress, CancellationToken cancellation)
    {
        int rowsOfAFrame = stacked ? signal.Channels : 1;
        long last = _options.FrameCount(signal.Length) * rowsOfAFrame;
        long framesAtATime = Math.Max(1, Math.Min(RowsOfALaunch / rowsOfAFrame, (SamplesOfALaunch / signal.Channels - _options.FftLength) / _options.EffectiveHopLength));
        for (long row = firstRow; row < firstRow + rows;)
        {
            cancellation.ThrowIfCancellationRequested();
            // Launches end with a frame; a slice may begin and end within one.
            long frame = row / rowsOfAFrame, behind = Math.Min(firstRow + rows, (frame + framesAtATime) * rowsOfAFrame);
            var (start, end) = SamplesOf(frame, (int)((behind - 1) / rowsOfAFrame - frame + 1), signal.Length);
            signal.Hold(start, behind == last ? signal.Length : end, cancellation);
            var args = Args(signal);
            args.Output = x.View;
            args.Imaginary = x.View;
            args.RowsOfAFrame = rowsOfAFrame;
            args.ChannelsOfARow = stacked ? 1 : signal.Channels;
            args.FirstRow = row;
            args.OutputRow = (int)(row - firstRow);
            args.Rows = (int)(behind - row);
            _launcher.EnqueueMagnitudes(args);
            row = behind;
            progress?.Invoke(row);
        }
    }

    /// <summary>Complex spectrum of some frames; row (frame in block) C + channel.</summary>
    /// <param name="signal">Samples; those of the frames are held afterwards.</param>
    /// <param name="firstFrame">The first frame.</param>
    /// <param name="frames">Number of frames.</param>
    /// <param name="real">Receives the real parts [frames C][pitch]; padding is not touched.</param>
    /// <param name="imaginary">Receives the imaginary parts, likewise.</param>
    internal void Spectrum(IDeviceSignal signal, long firstFrame, int frames, DeviceBuffer<float> real, DeviceBuffer<float> imaginary)
    {
        var (start, end) = SamplesOf(firstFrame, frames, signal.Length);
        signal.Hold(start, end, CancellationToken.None);
        var args = Args(signal);
        args.Output = real.View;
        args.Imaginary = imaginary.View;
        args.RowsOfAFrame = signal.Channels;
        args.ChannelsOfARow = 1;
        args.FirstRow = firstFrame * signal.Channels;
        args.Rows = frames * signal.Channels;
        _launcher.EnqueueSpectrum(args);
    }

    /// <summary>The samples that some frames are made of, with those that are mirrored outside of the signal.</summary>
    private (long Start, long End) SamplesOf(long firstFrame, int frames, long length)
    {
        // Mirrored more than once, a signal may be needed anywhere.
        if (length <= 2 * _options.FftLength) return (0, length);
        long start = firstFrame * _options.EffectiveHopLength - Lead, end = start + (frames - 1L) * _options.EffectiveHopLength + _options.FftLength;
        return (Math.Max(0, Math.Min(start, 2 * length - 1 - end)), Math.Min(length, Math.Max(end, 1 - start)));
    }

    private StftArgs Args(IDeviceSignal signal) => new()
    {
        Samples = signal.Held.View,
        Window = Tables.Window.View,
        Twiddles = Tables.Twiddles.View,
        PassRoots = Tables.PassRoots.View,
        Scratch = _scratch.View,
        Length = signal.Length,
        SampleStride = signal.Held.Length / signal.Channels,
        FirstSample = signal.First,
        FftLength = _options.FftLength,
        HopLength = _options.EffectiveHopLength,
        Lead = Lead,
        Reflect = _options.Center && _options.Padding == PaddingMode.Reflect ? 1 : 0,
        Pitch = NmfGeometry.PitchOf(_options.Bins),
    };
}
