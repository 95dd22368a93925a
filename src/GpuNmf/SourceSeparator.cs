using System.Diagnostics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Takes recordings apart on one device. One caller at a time; dispose it to release the device.</summary>
/// <remarks>
/// The chain is samples, STFT, magnitudes, multiplicative updates, masks, inverse STFT. On the device lie the samples (4 bytes each) and
/// the magnitudes (4 bytes a bin and frame); stems leave it block by block.
/// </remarks>
public sealed class SourceSeparator : IDisposable
{
    private readonly DeviceSession _session;

    /// <summary>Opens the device.</summary>
    /// <param name="device">Null is <see cref="DeviceRequest.Auto"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is out of range.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there; the message lists what is.</exception>
    public SourceSeparator(DeviceRequest? device = null) : this(DeviceSession.Open(device ?? DeviceRequest.Auto))
    {
    }

    internal SourceSeparator(DeviceSession session) => _session = session;

    /// <summary>The device in use.</summary>
    public DeviceEntry Device => _session.Entry;

    /// <summary>Separates a recording; the stems go to <paramref name="sink"/> block by block, ordered by energy, largest first
    /// (a start of the caller's own keeps its order).</summary>
    /// <param name="recording">Read twice from start to end, in blocks; it stays open.</param>
    /// <param name="sink">Receives K stems with the channels, rate and length of the recording.</param>
    /// <param name="options">Null is the default of every option.</param>
    /// <param name="progress">Told from the calling thread.</param>
    /// <param name="cancellation">Looked at between launches. On the CPU a launch aims at a tenth of a second; on other devices work
    /// that is queued already is finished first.</param>
    /// <exception cref="ArgumentException">An option is out of range, or does not fit the recording (empty, too short, wrong shape of a start), or the
    /// spectrogram overflows single precision.</exception>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    public SeparationResult Separate(
        IAudioSource recording,
        IStemSink sink,
        SeparationOptions? options = null,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(sink);
        options ??= new SeparationOptions();
        options.Validate();
        if (recording.Length == 0) throw new ArgumentException("The recording is empty: it has no samples.", nameof(recording));
        WindowCoverage.Check(options.Stft, recording.Length);

        var clock = new StageClock();
        using var samples = SignalReader.Load(_session, recording, options.Reconstruction.Channels, progress, cancellation);
        double read = clock.Lap();
        using var transform = new ForwardTransform(_session, options.Stft);
        var mixture = new DeviceSignal(samples, recording.Channels, recording.Length);
        var geometry = Geometry(options, recording);
        var (fit, stft, nmf) = Factorise(transform, mixture, geometry, options, clock, progress, cancellation);
        fit = Finish(fit, options.Nmf);

        using var templates = _session.Allocate<float>(geometry.TemplateLength);
        using var activations = _session.Allocate<float>((long)geometry.Rows * geometry.RankPitch);
        templates.Upload(FactorLayout.PackTemplates(fit.Templates, geometry, 0));
        activations.Upload(FactorLayout.PackActivations(fit.Activations, geometry, 0));
        using var renderer = new StemRenderer(_session, options.Reconstruction, new StemIngredients(new MixtureSpectrum(transform, mixture), templates, activations, geometry));
        double residual = renderer.Render(recording, sink, progress, cancellation);
        return new SeparationResult
        {
            Templates = fit.Templates,
            Activations = fit.Activations,
            LossTrace = fit.LossTrace,
            Iterations = fit.Iterations,
            Converged = fit.Converged,
            ConservationResidualDb = residual,
            Bins = options.Stft.Bins,
            Frames = options.Stft.FrameCount(recording.Length),
            Device = _session.Entry,
            Kind = _session.Kind,
            Warnings = fit.Silent ? ["The recording is silent: every stem is silence, and there was nothing to factorise."] : [],
            Timings = new StageTimings(read, stft, nmf, clock.Lap()),
            PeakDeviceBytes = _session.PeakBytes,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private NmfGeometry Geometry(SeparationOptions options, IAudioSource recording)
    {
        long frames = options.Stft.FrameCount(recording.Length);
        long rows = options.Reconstruction.Channels == ChannelMode.Stack ? frames * recording.Channels : frames;
        return NmfGeometry.Of(options.Stft.Bins, rows, options.Nmf.Rank, _session.Form);
    }

    private (NmfFit Fit, double StftSeconds, double NmfSeconds) Factorise(
        ForwardTransform transform, DeviceSignal mixture, NmfGeometry geometry, SeparationOptions options,
        StageClock clock, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        // The factoriser checks a start of the caller's own, so it comes before the transform.
        using var factorizer = new Factorizer(_session, geometry, options.Nmf);
        using var x = _session.Allocate<float>((long)geometry.Rows * geometry.Pitch);
        var mode = options.Reconstruction.Channels;
        transform.Magnitudes(mode == ChannelMode.Mono ? Mean(mixture) : mixture, mode == ChannelMode.Stack, x, progress, cancellation);
        _session.Synchronize();
        double stft = clock.Lap();
        var fit = factorizer.Run(x, progress, cancellation);
        return (fit, stft, clock.Lap());
    }

    /// <summary>The mean of the channels, which stands behind them.</summary>
    private static DeviceSignal Mean(DeviceSignal mixture) => mixture.Channels == 1
        ? mixture
        : new DeviceSignal(mixture.Samples, 1, mixture.Length) { FirstSample = mixture.Channels * mixture.Length };

    private static NmfFit Finish(NmfFit fit, NmfOptions options)
    {
        bool ownStart = options.InitialTemplates is not null || options.InitialActivations is not null;
        if (!ownStart) fit = ComponentOrder.Arrange(fit, ComponentOrder.ByEnergy(fit.Templates, fit.Activations));
        return options.NormalizeTemplates ? ComponentOrder.NormalizeTemplates(fit) : fit;
    }

    private sealed class StageClock
    {
        private long _last = Stopwatch.GetTimestamp();

        /// <summary>Seconds since the last lap.</summary>
        internal double Lap()
        {
            long now = Stopwatch.GetTimestamp();
            double seconds = Stopwatch.GetElapsedTime(_last, now).TotalSeconds;
            _last = now;
            return seconds;
        }
    }
}
