using System.Globalization;
using System.IO.Hashing;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>The magnitude spectrogram of a recording, wherever the plan has it.</summary>
internal sealed class RecordingSpectrogram : IDisposable
{
    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly RecordingRows _rows;
    private readonly DeviceBuffer<float>? _x;
    private readonly StreamedSpectrogram? _streamed;

    private RecordingSpectrogram(DeviceSession session, NmfGeometry geometry, RecordingRows rows, SpectrogramPlan plan, string folder)
    {
        (_session, _geometry, _rows, Plan) = (session, geometry, rows, plan);
        if (plan.Storage == SpectrogramStorage.Device) _x = session.Allocate<float>(StreamedSpectrogram.BufferLength(geometry, geometry.Frames));
        else _streamed = new StreamedSpectrogram(session, Kept(folder), geometry, plan.BlockRows);
    }

    /// <summary>What was done in the end.</summary>
    internal SpectrogramPlan Plan { get; }

    /// <summary>Seconds of reading so far.</summary>
    internal double ReadSeconds => _rows.ReadSeconds;

    /// <summary>True when every sample is zero.</summary>
    internal bool IsSilent => _rows.IsSilent;

    /// <summary>What the user should know of it, a sentence each.</summary>
    internal string[] Warnings { get; private init; } = [];

    /// <summary>Takes the memory that the plan says; where the device has less than it seemed, X is streamed, in ever smaller blocks.</summary>
    /// <param name="session">Device.</param>
    /// <param name="transform">Framing.</param>
    /// <param name="recording">Stays open.</param>
    /// <param name="channels">What several channels become.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="plan">Where X is to be.</param>
    /// <param name="memory">Whether another place will do, and where files lie.</param>
    /// <param name="hash">Takes all samples once, while they are measured; or null.</param>
    /// <exception cref="DeviceMemoryException">There is no room for two blocks of a slice, or for X where it must be on the device.</exception>
    /// <exception cref="IOException">The disk has no room.</exception>
    internal static RecordingSpectrogram Open(
        DeviceSession session, ForwardTransform transform, IAudioSource recording, ChannelMode channels, NmfGeometry geometry, SpectrogramPlan plan, MemoryOptions memory, XxHash128? hash = null)
    {
        int least = Math.Min(geometry.Frames, StreamedSpectrogram.LargestSlice(geometry));
        DeviceMemoryException? refusal = null;
        for (var attempt = plan; ; attempt = attempt.Smaller(least))
        {
            var rows = new RecordingRows(session, transform, recording, channels, hash);
            try
            {
                var spectrogram = new RecordingSpectrogram(session, geometry, rows, attempt, memory.Folder) { Warnings = WarningsOf(attempt, refusal) };
                spectrogram.RequireRoom(attempt.PassingBytes);
                return spectrogram;
            }
            catch (DeviceMemoryException exception) when (memory.Spectrogram != SpectrogramStorage.Device && attempt.BlockRows > least)
            {
                rows.Dispose();
                refusal = exception;
            }
            catch
            {
                rows.Dispose();
                throw;
            }
        }
    }

    /// <summary>Reads the recording from start to end and measures X.</summary>
    /// <param name="progress">Told frames done and in all; null tells nobody.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    internal SharedSpectrogram Measure(Action<long, long>? progress, CancellationToken cancellation)
    {
        _rows.Progress = rows => progress?.Invoke(_rows.FramesOf(rows), _rows.FramesOf(_geometry.Frames));
        if (_x is not null)
        {
            _rows.Load(0, _geometry.Frames, _x, cancellation);
            _session.Synchronize();
            // The samples are not needed again before the stems.
            _rows.Dispose();
        }
        var shared = SharedSpectrogram.Measure(_session, _x is null ? _streamed! : new WholeSpectrogram(_session, _x, _geometry), _geometry, cancellation);
        _rows.Progress = null;
        return shared;
    }

    /// <summary>Makes sure that there is room for what comes later.</summary>
    private void RequireRoom(long bytes)
    {
        try
        {
            _session.RequireRoom(bytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _x?.Dispose();
        _streamed?.Dispose();
        _rows.Dispose();
    }

    private ISpectrogramRows Kept(string folder) => Plan.Storage switch
    {
        SpectrogramStorage.Host => new KeptRows(_rows, new HostRows(_session, _geometry.Frames, _geometry.Pitch), _geometry.Frames),
        SpectrogramStorage.Disk => new KeptRows(_rows, new DiskRows(_session, folder, _geometry.Frames, _geometry.Pitch), _geometry.Frames),
        _ => _rows,
    };

    private static string[] WarningsOf(SpectrogramPlan plan, DeviceMemoryException? refusal) => refusal is null ? [] : [string.Create(
        CultureInfo.InvariantCulture, $"The device had less memory than it seemed, so that the spectrogram passes through it in blocks of {plan.BlockRows} frames: {refusal.Message}")];
}
