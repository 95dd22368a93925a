using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>From a recording and options to what a separation takes, and where its spectrogram is.</summary>
internal sealed class SeparationPlanner
{
    private readonly DeviceSession _session;
    private readonly IAudioSource _recording;
    private readonly SeparationOptions _options;
    private readonly MemoryOptions _memory;
    private readonly MemoryBudget _budget;
    private readonly MemoryNeeds _needs;
    private readonly CancellationToken _cancellation;
    private StageRates? _rates;

    /// <param name="session">Device.</param>
    /// <param name="recording">Its channels and length count; a little of it is read where time matters.</param>
    /// <param name="options">Checked against it.</param>
    /// <param name="memory">Limits.</param>
    /// <param name="renders">False: no stems are formed.</param>
    /// <param name="heldFits">Fits that are held until all are there.</param>
    /// <param name="cancellation">Looked at while rates are measured.</param>
    internal SeparationPlanner(DeviceSession session, IAudioSource recording, SeparationOptions options, MemoryOptions memory, bool renders, int heldFits, CancellationToken cancellation)
    {
        (_session, _recording, _options, _memory, _cancellation) = (session, recording, options, memory, cancellation);
        _budget = MemoryBudget.Of(session, memory);
        _needs = new MemoryNeeds(session, recording, options, renders, heldFits);
    }

    private StageRates Rates => _rates ??= RateProbe.Of(_session, _options, _recording.Channels, _cancellation);

    /// <summary>Where X is; rates are measured only if it does not fit.</summary>
    internal SpectrogramPlan Spectrogram() => SpectrogramPlan.For(_needs, _budget, _memory, Quickest, FreeDiskBytes());

    /// <summary>All of it.</summary>
    internal SeparationPlan Plan()
    {
        var spectrogram = Spectrogram();
        bool isWhole = spectrogram.Storage == SpectrogramStorage.Device;
        long factorising = _needs.FactorBytes(spectrogram.Models) + (isWhole ? _needs.SpectrogramBytes : _needs.BlockBytes(spectrogram.BlockRows));
        int batches = (_options.Nmf.Restarts - 1) / spectrogram.Models + 1;
        long passes = batches * (_options.Nmf.MaxIterations + 1L);
        double read = RateProbe.ReadSeconds(_recording) * _recording.Length;
        double bringing = isWhole ? 0 : spectrogram.RowsBrought(_needs.Rows) * RowSeconds(spectrogram.Storage);
        return new SeparationPlan
        {
            DeviceBytes = Math.Max(factorising, _needs.RenderBytes),
            HostBytes = _needs.HostBytes + (spectrogram.Storage == SpectrogramStorage.Host ? _needs.SpectrogramBytes : 0),
            DiskBytes = spectrogram.Storage == SpectrogramStorage.Disk ? _needs.SpectrogramBytes : 0,
            CheckpointBytes = _needs.CheckpointBytes,
            SpectrogramBytes = _needs.SpectrogramBytes,
            Storage = spectrogram.Storage,
            Blocks = spectrogram.Blocks(_needs.Rows),
            Passes = passes,
            Device = _session.Entry,
            Timings = new StageTimings(
                read, Rates.TransformSeconds * _needs.Rows,
                passes * (Rates.PassSeconds * _needs.Rows * _options.Nmf.Restarts / batches + bringing),
                read + Rates.StemSeconds * _options.Stft.FrameCount(_recording.Length)),
        };
    }

    private SpectrogramStorage Quickest(SpectrogramStorage[] choices) => choices.MinBy(RowSeconds);

    /// <summary>Seconds that it takes to bring a row of X to the device.</summary>
    private double RowSeconds(SpectrogramStorage storage) => storage switch
    {
        SpectrogramStorage.Recomputed => Rates.TransformSeconds + RateProbe.ReadSeconds(_recording) * _recording.Length / _needs.Rows,
        SpectrogramStorage.Host => _needs.RowBytes / RateProbe.HostBytesPerSecond(_session),
        SpectrogramStorage.Disk => _needs.RowBytes / RateProbe.DiskBytesPerSecond(_memory.Folder),
        _ => 0,
    };

    /// <summary>Room for the spool; 0 where that cannot be asked.</summary>
    private long FreeDiskBytes()
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(_memory.Folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return 0;
        }
    }
}
