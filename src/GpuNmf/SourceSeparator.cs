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
    private bool _disposed;

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

    /// <summary>Separates a recording; the stems go to <paramref name="sink"/> block by block, ordered by the energy of W_k H_k, largest first
    /// (a start of the caller's own keeps its order).</summary>
    /// <param name="recording">Read twice from start to end, in blocks; it stays open.</param>
    /// <param name="sink">Receives K stems with the channels, rate and length of the recording.</param>
    /// <param name="options">Null is the default of every option.</param>
    /// <param name="progress">Told from the calling thread.</param>
    /// <param name="cancellation">Looked at between launches. On the CPU a launch aims at a tenth of a second; on other devices work
    /// that is queued already is finished first.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not suit the recording, see <see cref="SeparationOptions.ValidateFor"/>.</exception>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    /// <exception cref="NotFiniteNumberException">The spectrogram, or the loss of a start of the caller's own, leaves single precision's range.</exception>
    /// <exception cref="DeviceMemoryException">The device's memory is too small.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    /// <exception cref="ObjectDisposedException">The separator was disposed.</exception>
    /// <remarks>What the source or the sink throws passes through; the sink then holds a part of the stems.</remarks>
    public SeparationResult Separate(
        IAudioSource recording,
        IStemSink sink,
        SeparationOptions? options = null,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(sink);
        options ??= new SeparationOptions();
        options.ValidateFor(recording);

        _session.RestartPeak();
        var clock = new StageClock();
        var (samples, silent) = SignalReader.Load(_session, recording, options.Reconstruction.Channels, progress, cancellation);
        using var ownedSamples = samples;
        double read = clock.Lap();
        using var transform = new ForwardTransform(_session, options.Stft, recording.Channels);
        var mixture = new DeviceSignal(samples, recording.Channels, recording.Length);
        var geometry = NmfGeometry.Of(options.Stft.Bins, options.RowsOf(recording), options.Nmf.Rank, _session.Form);
        var (fits, stft, nmf) = Factorise(transform, mixture, geometry, options, clock, progress, cancellation);
        int best = Best(fits);
        var fit = Finish(fits[best], options.Nmf);

        using var templates = _session.Allocate<float>(geometry.TemplateLength);
        using var activations = _session.Allocate<float>((long)geometry.Rows * geometry.RankPitch);
        templates.Upload(FactorLayout.PackTemplates(fit.Templates, geometry, 0));
        activations.Upload(FactorLayout.PackActivations(fit.Activations, geometry, 0));
        using var renderer = new StemRenderer(_session, options.Reconstruction, new StemIngredients(new MixtureSpectrum(transform, mixture), templates, activations, geometry));
        double residual = renderer.Render(recording, sink, Of(progress, SeparationStage.Writing), cancellation);
        return new SeparationResult
        {
            Templates = fit.Templates,
            Activations = fit.Activations,
            LossTrace = fit.LossTrace,
            Iterations = fit.Iterations,
            Converged = fit.Converged,
            Seed = options.Nmf.Seed + (ulong)best,
            Restarts = [.. fits.Select((one, i) => new RestartOutcome(options.Nmf.Seed + (ulong)i, one.LossTrace[^1].Loss, one.Iterations, one.Converged))],
            ConservationResidualDb = residual,
            Bins = options.Stft.Bins,
            Frames = options.Stft.FrameCount(recording.Length),
            Device = _session.Entry,
            Kind = _session.Kind,
            Warnings = Warnings(fit, silent),
            Timings = new StageTimings(read, stft, nmf, clock.Lap()),
            PeakDeviceBytes = _session.PeakBytes,
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _session.Dispose();
    }

    private static IReadOnlyList<string> Warnings(NmfFit fit, bool silent) => (fit.Silent, silent) switch
    {
        (false, _) when IsZero(fit.Templates) || IsZero(fit.Activations) =>
            ["W H is zero everywhere: its start was zero, or far too small beside the spectrogram, and multiplicative updates do not leave zero. Every stem is an equal share."],
        (false, _) => [],
        (true, true) => ["The recording is silent: every stem is silence, and there was nothing to factorise."],
        _ => ["What is factorised is zero everywhere, although the recording is not: its channels cancel in their mean (use joint or stack channels), or it is too quiet to square in single precision (raise its level). Every stem is an equal share."],
    };

    private (NmfFit[] Fits, double StftSeconds, double NmfSeconds) Factorise(
        ForwardTransform transform, DeviceSignal mixture, NmfGeometry geometry, SeparationOptions options,
        StageClock clock, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        using var factorizer = new Factorizer(_session, geometry, options.Nmf, options.Nmf.Restarts);
        using var x = _session.Allocate<float>((long)geometry.Rows * geometry.Pitch);
        var mode = options.Reconstruction.Channels;
        transform.Magnitudes(mode == ChannelMode.Mono ? Mean(mixture) : mixture, mode == ChannelMode.Stack, x, Of(progress, SeparationStage.Transforming), cancellation);
        _session.Synchronize();
        double stft = clock.Lap();
        var models = NmfModel.Of(options.Nmf);
        int iterations = options.Nmf.MaxIterations * models.Chunk(factorizer.BatchModels).Count();
        var fits = factorizer.Run(
            x, models, (done, loss) => progress?.Report(new SeparationProgress(SeparationStage.Factorising, done, iterations, loss)), cancellation);
        return (fits, stft, clock.Lap());
    }

    /// <summary>What a stage tells, with the stage's name.</summary>
    private static Action<long, long> Of(IProgress<SeparationProgress>? progress, SeparationStage stage) =>
        (done, total) => progress?.Report(new SeparationProgress(stage, done, total, null));

    /// <summary>The mean of the channels, which stands behind them.</summary>
    private static DeviceSignal Mean(DeviceSignal mixture) => mixture.Channels == 1
        ? mixture
        : new DeviceSignal(mixture.Samples, 1, mixture.Length) { FirstSample = mixture.Channels * mixture.Length };

    /// <summary>The fit with the lowest loss, of equal ones the first.</summary>
    private static int Best(NmfFit[] fits)
    {
        int best = 0;
        for (int i = 1; i < fits.Length; i++)
            if (fits[i].LossTrace[^1].Loss < fits[best].LossTrace[^1].Loss) best = i;
        return best;
    }

    private static NmfFit Finish(NmfFit fit, NmfOptions options)
    {
        bool ownStart = options.InitialTemplates is not null || options.InitialActivations is not null;
        if (!ownStart) fit = ComponentOrder.Arrange(fit, ComponentOrder.ByEnergy(fit.Templates, fit.Activations));
        return options.NormalizeTemplates ? ComponentOrder.NormalizeTemplates(fit) : fit;
    }

    private static bool IsZero(float[,] values)
    {
        foreach (float value in values)
            if (value != 0) return false;
        return true;
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
