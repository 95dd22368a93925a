using System.Diagnostics;
using System.IO.Hashing;
using GpuNmf.Audio;
using GpuNmf.Checkpoints;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;

namespace GpuNmf;

/// <summary>Takes recordings apart on one device. One caller at a time; dispose it to release the device.</summary>
/// <remarks>
/// The chain is samples, STFT, magnitudes, multiplicative updates, masks, inverse STFT. On the device lie the factors and the magnitudes (4 bytes a bin and
/// frame), or two blocks of them where they are too many (<see cref="MemoryOptions"/>); samples come and stems leave block by block.
/// </remarks>
public sealed class SourceSeparator : IDisposable
{
    private readonly DeviceSession _session;
    private readonly bool _isLimited;
    private MemoryOptions _memory;
    private bool _disposed;

    /// <summary>Opens the device.</summary>
    /// <param name="device">Null is <see cref="DeviceRequest.Auto"/>.</param>
    /// <param name="memory">How much memory a separation may take; null is the default of every option.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads, or an option of the memory, is out of range.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there; the message lists what is.</exception>
    public SourceSeparator(DeviceRequest? device = null, MemoryOptions? memory = null)
    {
        _memory = memory ?? new MemoryOptions();
        _memory.Validate();
        _session = DeviceSession.Open(device ?? DeviceRequest.Auto);
        _isLimited = true;
    }

    /// <param name="session">Belongs to this from now on. It keeps its own limit.</param>
    /// <param name="memory">Null is the default of every option.</param>
    internal SourceSeparator(DeviceSession session, MemoryOptions? memory = null)
    {
        _session = session;
        _memory = memory ?? new MemoryOptions();
    }

    /// <summary>The device in use.</summary>
    public DeviceEntry Device => _session.Entry;

    /// <summary>How much memory the next separation may take.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public MemoryOptions Memory
    {
        get => _memory;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            _memory = value;
        }
    }

    /// <summary>Separates a recording; the stems go to <paramref name="sink"/> block by block, ordered by the energy of W_k H_k, largest first
    /// (a start of the caller's own keeps its order).</summary>
    /// <param name="recording">Read from start to end, in blocks that overlap, for the spectrogram and again for the stems, by other threads too, one at a time; it stays open.</param>
    /// <param name="sink">Receives K stems with the channels, rate and length of the recording; with <see cref="SeparationOptions.Grouping"/> one for each source,
    /// the sum of its components.</param>
    /// <param name="options">Null is the default of every option.</param>
    /// <param name="progress">Told from the calling thread.</param>
    /// <param name="checkpoints">Keep where the factorisation stands, and may hold where an earlier run stood, from where it goes on with the same bits; null keeps nothing.</param>
    /// <param name="cancellation">Looked at between launches. On the CPU a launch aims at a tenth of a second; on other devices work
    /// that is queued already is finished first.</param>
    /// <exception cref="CheckpointException">The checkpoint belongs to another run, or is damaged.</exception>
    /// <exception cref="ArgumentException">An option is out of range or does not suit the recording, see <see cref="SeparationOptions.ValidateFor"/>.</exception>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    /// <exception cref="NotFiniteNumberException">The spectrogram, or the loss of a start of the caller's own, leaves single precision's range.</exception>
    /// <exception cref="DeviceMemoryException">The device's memory is too small.</exception>
    /// <exception cref="DeviceLostException">The device stopped working.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    /// <exception cref="ObjectDisposedException">The separator was disposed.</exception>
    /// <remarks>What the source or the sink throws passes through; the sink then holds a part of the stems.</remarks>
    public SeparationResult Separate(
        IAudioSource recording,
        IStemSink sink,
        SeparationOptions? options = null,
        IProgress<SeparationProgress>? progress = null,
        CheckpointOptions? checkpoints = null,
        CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(sink);
        options ??= new SeparationOptions();
        options.ValidateFor(recording);
        return Use(() => SeparateValid(recording, sink, options, progress, checkpoints, cancellation));
    }

    private SeparationResult SeparateValid(
        IAudioSource recording, IStemSink sink, SeparationOptions options, IProgress<SeparationProgress>? progress, CheckpointOptions? checkpoints, CancellationToken cancellation)
    {
        _session.RestartPeak();
        var clock = new StageClock();
        using var transform = new ForwardTransform(_session, options.Stft, recording.Channels);
        var geometry = NmfGeometry.Of(options.Stft.Bins, options.RowsOf(recording), options.Nmf.Rank, _session.Form);
        using var kept = checkpoints is null ? null : new SeparationCheckpoints(checkpoints, RunIdentity.Of(_session, recording, options), options.Nmf.Restarts);
        var plan = new SeparationPlanner(_session, recording, options, _memory with { Models = kept?.Models }, renders: true, options.Nmf.Restarts, cancellation).Spectrogram();
        if (kept is not null) kept.ModelsInUse = plan.Models;
        _session.RestartPeak();
        clock.Lap();
        var (fits, silent, constant, timings, spectrogram) = Factorise(transform, recording, geometry, plan, options, kept, progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        clock.Lap();
        int best = FitChoice.Best(fits);
        var fit = FitChoice.Finish(fits[best], options.Nmf);
        bool outweighed = fit.LossTrace[^1].Loss > constant;

        using var templates = _session.Allocate<float>(geometry.TemplateLength);
        using var activations = _session.Allocate<float>((long)geometry.Rows * geometry.RankPitch);
        templates.Upload(FactorLayout.PackTemplates(fit.Templates, geometry, 0));
        FactorLayout.UploadActivations(fit.Activations, geometry, 0, activations, 0);
        using var mixture = new DeviceSignal(_session, recording);
        using var renderer = new StemRenderer(_session, options.Reconstruction, new StemIngredients(new MixtureSpectrum(transform, mixture), templates, activations, geometry));
        int[]? sources = options.Grouping is null ? null : SourcesOf(options, options.Grouping, fit, recording.SampleRateHz, progress, cancellation);
        var stems = sources is null ? sink : new SourceSums(sink, options.Grouping!.ComponentSink, sources, options.Grouping.Sources);
        using var input = new ReadAheadSource(recording);
        double residual = renderer.Render(input, stems, Of(progress, SeparationStage.Writing), cancellation);
        return new SeparationResult
        {
            Templates = fit.Templates,
            Activations = fit.Activations,
            SourceOfComponent = sources,
            LossTrace = fit.LossTrace,
            Iterations = fit.Iterations,
            Stop = fit.Stop,
            Seed = options.Nmf.Seed + (ulong)best,
            Restarts = RestartOutcome.Of(fits, options.Nmf.Seed),
            ConservationResidualDb = residual,
            Bins = options.Stft.Bins,
            Frames = options.Stft.FrameCount(recording.Length),
            Device = _session.Entry,
            Kind = _session.Kind,
            Storage = spectrogram.Storage,
            Warnings = [.. spectrogram.Warnings, .. Warnings(fit, silent, outweighed, options.Nmf), .. EmptySources(sources, options)],
            Timings = timings with { StemSeconds = clock.Lap() },
            PeakDeviceBytes = _session.PeakBytes,
        };
    }

    /// <summary>What <see cref="Separate"/> would take in memory, disk and time. A second's work, in which the device separates a short noise.</summary>
    /// <param name="recording">A little of it is read, to measure how quick that is; it stays open.</param>
    /// <param name="options">Null is the default of every option.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not suit the recording, see <see cref="SeparationOptions.ValidateFor"/>.</exception>
    /// <exception cref="DeviceMemoryException">The limit is too low for the recording.</exception>
    /// <exception cref="DeviceLostException">The device stopped working.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    /// <exception cref="ObjectDisposedException">The separator was disposed.</exception>
    public SeparationPlan Plan(IAudioSource recording, SeparationOptions? options = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(recording);
        options ??= new SeparationOptions();
        options.ValidateFor(recording);
        return Use(() => new SeparationPlanner(_session, recording, options, _memory, renders: true, options.Nmf.Restarts, cancellation).Plan());
    }

    /// <summary>Does what a user asked for, with the device and the memory that are there now.</summary>
    private T Use<T>(Func<T> work) => _session.Use(() =>
    {
        if (_isLimited) MemoryBudget.Limit(_session, _memory);
        return work();
    });

    /// <summary>Learns the templates of a recording, as a dictionary for others of the same sounds: nothing is rendered.</summary>
    /// <param name="recording">Read from start to end; it stays open.</param>
    /// <param name="options">Framing, factorisation and channels; null is the default of every option.</param>
    /// <param name="progress">Told from the calling thread.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>The templates of the fit with the lowest objective, in the order of <see cref="Separate"/>'s stems, each of unit sum, and how that fit went; one that is zero everywhere, or never sounds, is left out.</returns>
    /// <exception cref="NothingToLearnException">W H is zero everywhere, as that of a silent recording is.</exception>
    /// <inheritdoc cref="Separate" path="/exception"/>
    public LearnResult Learn(
        IAudioSource recording, SeparationOptions? options = null, IProgress<SeparationProgress>? progress = null, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(recording);
        options ??= new SeparationOptions();
        options.ValidateFor(recording);
        return Use(() => LearnValid(recording, options, progress, cancellation));
    }

    private LearnResult LearnValid(IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        _session.RestartPeak();
        using var transform = new ForwardTransform(_session, options.Stft, recording.Channels);
        var geometry = NmfGeometry.Of(options.Stft.Bins, options.RowsOf(recording), options.Nmf.Rank, _session.Form);
        var plan = new SeparationPlanner(_session, recording, options, _memory, renders: false, options.Nmf.Restarts, cancellation).Spectrogram();
        var (fits, silent, constant, _, spectrogram) = Factorise(transform, recording, geometry, plan, options, null, progress, cancellation);
        int best = FitChoice.Best(fits);
        var fit = TemplateScale.ToUnitSum(FitChoice.Finish(fits[best], options.Nmf), 0);
        float[,] templates = ComponentOrder.WithoutEmpty(fit.Templates, fit.Activations);
        if (templates.GetLength(1) == 0) throw new NothingToLearnException(WhyNothing(fit, silent));
        return new LearnResult
        {
            Dictionary = new LearntTemplates
            {
                Templates = templates,
                SampleRateHz = recording.SampleRateHz,
                FftLength = options.Stft.FftLength,
                WindowLength = options.Stft.EffectiveWindowLength,
                Window = options.Stft.Window,
                Beta = options.Nmf.Beta,
            },
            LossTrace = fit.LossTrace,
            Iterations = fit.Iterations,
            Stop = fit.Stop,
            Seed = options.Nmf.Seed + (ulong)best,
            Restarts = RestartOutcome.Of(fits, options.Nmf.Seed),
            Device = _session.Entry,
            Kind = _session.Kind,
            Warnings = [.. spectrogram.Warnings, .. MissingTemplates(options.Nmf.Rank, templates.GetLength(1)), .. PenaltyWarnings(fit.LossTrace[^1].Loss > constant, options.Nmf)],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _session.Dispose();
    }

    private static string[] Warnings(NmfFit fit, bool silent, bool outweighed, NmfOptions options) => (fit.Silent, silent) switch
    {
        (false, _) when IsZero(fit.Templates) || IsZero(fit.Activations) =>
            ["W H is zero everywhere: its start was zero, or far too small beside the spectrogram, and multiplicative updates do not leave zero; or a penalty outweighs all that it explains (lower AlphaTemplates or AlphaActivations). Every stem is an equal share."],
        (false, _) => PenaltyWarnings(outweighed, options),
        (true, true) => ["The recording is silent: every stem is silence, and there was nothing to factorise."],
        _ => [$"{WarningTexts.NothingToFactorise} Every stem is an equal share."],
    };

    private static string[] PenaltyWarnings(bool outweighed, NmfOptions options)
    {
        string? heavy = outweighed
            ? $"W H explains less than a spectrum that never changes: {WarningTexts.Outweighed}"
            : null;
        return [.. new[] { options.EvadedPenalty, heavy }.OfType<string>()];
    }

    private static string WhyNothing(NmfFit fit, bool silent) => (fit.Silent, silent) switch
    {
        (false, _) => "W H is zero everywhere: the start was zero, or a penalty outweighs all that the templates explain (lower AlphaTemplates or AlphaActivations). There is nothing to learn.",
        (true, true) => "The recording is silent: there is nothing to learn.",
        _ => $"{WarningTexts.NothingToFactorise} There is nothing to learn.",
    };

    private static string[] MissingTemplates(int rank, int found) => found < rank
        ? [$"{rank - found} of {rank} templates were zero everywhere, or never sounded, and were left out; the recording has fewer different sounds."]
        : [];

    /// <returns>A fit a start, whether every sample is zero, the divergence from a spectrum that never changes where penalties are to be judged by it, times, and where X was.</returns>
    private (NmfFit[] Fits, bool Silent, double Constant, StageTimings Timings, (SpectrogramStorage Storage, string[] Warnings) Spectrogram) Factorise(
        ForwardTransform transform, IAudioSource recording, NmfGeometry geometry, SpectrogramPlan plan, SeparationOptions options, SeparationCheckpoints? checkpoints,
        IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        var clock = new StageClock();
        SharedSpectrogram shared;
        IterationCount told;
        NmfFit[] fits;
        double read, stft, constant;
        bool silent;
        var hash = checkpoints is null ? null : new XxHash128();
        // Before X, so that a device with too little memory for the factors says so at once.
        var factorizer = new Factorizer(_session, geometry, options.Nmf, plan.Models, long.MaxValue);
        using var spectrogram = Opened();
        using (factorizer)
        {
            shared = spectrogram.Measure(Of(progress, SeparationStage.Transforming), cancellation);
            (read, silent) = (spectrogram.ReadSeconds, spectrogram.IsSilent);
            stft = clock.Lap() - read;
            if (hash is not null) checkpoints!.Require(hash.GetCurrentHash());
            var models = NmfModel.Of(options.Nmf);
            int iterations = options.Nmf.MaxIterations + options.Nmf.AdaptIterations;
            told = new IterationCount(
                iterations * models.Chunk(factorizer.BatchModels).Count(), (done, all, loss) => progress?.Report(new SeparationProgress(SeparationStage.Factorising, done, all, loss)));
            constant = options.Nmf.HasPenalties && shared.Max > 0 ? ConstantSpectrum.Divergence(shared, options.Nmf.Beta, cancellation) : double.PositiveInfinity;
            fits = checkpoints?.Fits ?? Run(factorizer, shared, models, told.Tell, checkpoints, cancellation);
        }
        told.Next();
        fits = Adaptation.Of(_session, geometry, shared, options.Nmf, fits, plan.Models, told.Tell, cancellation);
        told.End(fits.Min(fit => fit.LossTrace[^1].Loss));
        return (fits, silent, constant, new StageTimings(read, stft, clock.Lap(), 0), (spectrogram.Plan.Storage, spectrogram.Warnings));

        RecordingSpectrogram Opened()
        {
            try
            {
                return RecordingSpectrogram.Open(_session, transform, recording, options.Reconstruction.Channels, geometry, plan, _memory, hash);
            }
            catch
            {
                factorizer.Dispose();
                throw;
            }
        }
    }

    private static NmfFit[] Run(
        Factorizer factorizer, SharedSpectrogram shared, NmfModel[] models, Action<int, double> progress, SeparationCheckpoints? checkpoints, CancellationToken cancellation)
    {
        if (checkpoints is null) return factorizer.Run(shared, models, progress, cancellation);
        factorizer.Run(shared, models, checkpoints.Finish, progress, checkpoints, cancellation);
        // Silence is found again in no time.
        if (shared.Max > 0) checkpoints.SaveFits();
        return checkpoints.Fits!;
    }

    /// <summary>What a stage tells, with the stage's name.</summary>
    private static Action<long, long> Of(IProgress<SeparationProgress>? progress, SeparationStage stage) =>
        (done, total) => progress?.Report(new SeparationProgress(stage, done, total, null));

    private static IEnumerable<string> EmptySources(int[]? sources, SeparationOptions options) =>
        from source in Enumerable.Range(0, sources is null ? 0 : options.Grouping!.Sources)
        where !sources!.Contains(source)
        select $"Source {source + 1} got no component and is silent: {WhyEmpty(options)}";

    private static string WhyEmpty(SeparationOptions options) => options switch
    {
        { Grouping.Method: GroupingMethod.Examples } => "its example explains no template best. Take more components, or a longer example.",
        { Nmf.FixedTemplates: not null } => "Assignment gives it no template of the dictionaries (FixedTemplates), nor one behind them. Give it a dictionary, or take fewer sources.",
        _ => "Assignment names it for no component. Take fewer sources.",
    };

    private int[] SourcesOf(
        SeparationOptions options, GroupingOptions grouping, NmfFit fit, int sampleRateHz, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        var tell = Of(progress, SeparationStage.Grouping);
        long total = 1 + (long)ExampleTemplates.Iterations * (grouping.Examples?.Count ?? 0);
        tell(0, total);
        float[][,]? examples = grouping.Examples?.Select((example, i) => TemplatesOf(example, i + 1, options, done => tell(i * ExampleTemplates.Iterations + done, total), cancellation)).ToArray();
        int[] sources = ComponentGroups.Of(grouping, fit.Templates, fit.Activations, sampleRateHz, examples, cancellation);
        tell(total, total);
        return sources;
    }

    private float[,] TemplatesOf(IAudioSource example, int number, SeparationOptions options, Action<int> progress, CancellationToken cancellation)
    {
        try
        {
            return ExampleTemplates.Of(_session, example, options.Stft, _memory, progress, cancellation);
        }
        catch (AudioFormatException exception)
        {
            throw new AudioFormatException($"Example {number}: {exception.Message}", exception);
        }
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
