using System.Diagnostics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;

namespace GpuNmf;

/// <summary>Factorises one recording at many ranks, from many random starts and with several divergences, on one device, to find how many components
/// it has. One caller at a time; dispose it to release the device.</summary>
/// <remarks>
/// All models share one spectrogram and are factorised side by side, as many as fit; those that have converged leave. Each has the bits that
/// <see cref="SourceSeparator.Separate"/> finds with its rank, divergence and seed alone.
/// </remarks>
public sealed class RankSweep : IDisposable
{
    private readonly DeviceSession _session;
    private readonly MemoryOptions _memory;
    private readonly bool _isLimited;
    private bool _disposed;

    /// <summary>Opens the device.</summary>
    /// <param name="device">Null is <see cref="DeviceRequest.Auto"/>.</param>
    /// <param name="memory">How much memory a sweep may take; null is the default of every option.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads, or an option of the memory, is out of range.</exception>
    /// <exception cref="DeviceUnavailableException">The device asked for is not there; the message lists what is.</exception>
    public RankSweep(DeviceRequest? device = null, MemoryOptions? memory = null)
    {
        _memory = memory ?? new MemoryOptions();
        _memory.Validate();
        _session = DeviceSession.Open(device ?? DeviceRequest.Auto);
        _isLimited = true;
    }

    internal RankSweep(DeviceSession session, MemoryOptions? memory = null)
    {
        _session = session;
        _memory = memory ?? new MemoryOptions();
    }

    /// <summary>The device in use.</summary>
    public DeviceEntry Device => _session.Entry;

    /// <summary>Factorises a recording at every rank.</summary>
    /// <param name="recording">Read from start to end, in blocks that overlap; it stays open.</param>
    /// <param name="options">Null is the default of every option: ranks 2..16, 8 starts, Kullback-Leibler.</param>
    /// <param name="store">Takes every model as soon as it has finished, and gives back those that it has from before; null keeps none.</param>
    /// <param name="progress">Told from the calling thread: frames transformed, then iterations of all models; one that stops early, or comes from the store, has done all of its own.</param>
    /// <param name="cancellation">Looked at between launches. What the store has by then is all that is left.</param>
    /// <exception cref="ArgumentException">An option is out of range or does not suit the recording, see <see cref="SweepOptions.ValidateFor"/>.</exception>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    /// <exception cref="NotFiniteNumberException">The spectrogram leaves single precision's range.</exception>
    /// <exception cref="DeviceMemoryException">The device's memory is too small.</exception>
    /// <exception cref="DeviceLostException">The device stopped working.</exception>
    /// <exception cref="InvalidDataException">The store gave another model than the one that was asked for.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was signalled.</exception>
    /// <exception cref="ObjectDisposedException">The sweep was disposed.</exception>
    /// <remarks>What the source or the store throws passes through.</remarks>
    public SweepResult Run(
        IAudioSource recording,
        SweepOptions? options = null,
        ISweepStore? store = null,
        IProgress<SeparationProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(recording);
        options ??= new SweepOptions();
        options.ValidateFor(recording);
        return _session.Use(() =>
        {
            if (_isLimited) MemoryBudget.Limit(_session, _memory);
            return RunValid(recording, options, store, progress, cancellation);
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _session.Dispose();
    }

    private SweepResult RunValid(IAudioSource recording, SweepOptions options, ISweepStore? store, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        int bins = options.Stft.Bins, columns = (int)options.ColumnsOf(recording);
        store?.Begin(new SweepSetting(_session.Entry.Id, _session.Entry.Name, _session.Kind, bins, columns));
        NmfOptions[] problems = [.. options.Problems()];
        var geometry = NmfGeometry.Of(bins, columns, options.Ranks[^1], _session.Form);
        var plan = PlanOf(recording, options, geometry, cancellation);
        _session.RestartPeak();
        long start = Stopwatch.GetTimestamp();
        using var transform = new ForwardTransform(_session, options.Stft, recording.Channels);
        using var spectrogram = RecordingSpectrogram.Open(_session, transform, recording, options.Channels, geometry, plan, _memory);
        var shared = spectrogram.Measure((done, total) => progress?.Report(new SeparationProgress(SeparationStage.Transforming, done, total, null)), cancellation);
        double readSeconds = spectrogram.ReadSeconds, stft = Stopwatch.GetElapsedTime(start).TotalSeconds - readSeconds;
        start = Stopwatch.GetTimestamp();
        var summaries = ModelSweep.Run(
            _session, shared, problems, plan.Models, store,
            (done, all) => progress?.Report(new SeparationProgress(SeparationStage.Factorising, done, all, null)), cancellation);
        long inAll = (long)options.Models * options.Nmf.MaxIterations;
        progress?.Report(new SeparationProgress(SeparationStage.Factorising, inAll, inAll, null));
        return new SweepResult
        {
            Summaries = summaries,
            Picks = [.. summaries.Chunk(options.Ranks.Count).Select(ranks => RankPick.Of(ranks, options.Nmf.Initialization))],
            Bins = bins,
            Frames = options.Stft.FrameCount(recording.Length),
            Device = _session.Entry,
            Kind = _session.Kind,
            Warnings = [.. spectrogram.Warnings, .. Warnings(summaries, options.Nmf, spectrogram.IsSilent)],
            Timings = new StageTimings(readSeconds, stft, Stopwatch.GetElapsedTime(start).TotalSeconds, 0),
            PeakDeviceBytes = _session.PeakBytes,
        };
    }

    /// <summary>Where X is, with room for the models that take most.</summary>
    private SpectrogramPlan PlanOf(IAudioSource recording, SweepOptions options, NmfGeometry geometry, CancellationToken cancellation)
    {
        var largest = options.Problems().Where(problem => problem.Rank == geometry.Rank).MaxBy(problem => Factorizer.Bytes(geometry, problem, 1))!;
        var separation = new SeparationOptions
        {
            Stft = options.Stft,
            Nmf = largest with { Restarts = (int)Math.Min(options.Models, NmfOptions.MostRestarts) },
            Reconstruction = new ReconstructionOptions { Channels = options.Channels },
        };
        return new SeparationPlanner(_session, recording, separation, _memory, renders: false, heldFits: 1, cancellation).Spectrogram();
    }

    private static IReadOnlyList<string> Warnings(IReadOnlyList<RankSummary> summaries, NmfOptions options, bool isSilent)
    {
        if (isSilent) return ["The recording is silent: there was nothing to factorise."];
        if (summaries.All(summary => summary.Iterations == 0))
            return [WarningTexts.NothingToFactorise];
        int ended = summaries.Sum(summary => summary.Restarts.Count(restart => !restart.Converged)), all = summaries.Sum(summary => summary.Restarts.Count);
        string?[] warnings =
        [
            options.EvadedPenalty,
            options.HasPenalties && summaries.Any(summary => summary.ExplainedDivergence < 0)
                ? $"Some ranks explain less than a spectrum that never changes: {WarningTexts.Outweighed}" : null,
            options.Tolerance > 0 && 2 * ended > all ? $"{ended} of {all} models did not converge; stability is that of unfinished models (raise MaxIterations)." : null,
        ];
        return [.. warnings.OfType<string>()];
    }
}
