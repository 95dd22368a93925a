using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>
/// A recording of which the device holds the part at work, channel after channel: it is read, checked and sent over when frames need it, so
/// that its length costs no memory.
/// </summary>
internal sealed class DeviceSignal : IDeviceSignal, IDisposable
{
    /// <summary>Samples of all channels that pass through the host at a time, and of one.</summary>
    private const int BlockSamples = 1 << 18, BlockFrames = 1 << 17;

    private readonly DeviceSession _session;
    private readonly IAudioSource _source;
    private readonly ReadAheadSource _ahead;
    private readonly bool _isMean;
    private readonly float[] _interleaved, _planar;
    private DeviceBuffer<float>? _samples;
    private long _hashed;

    /// <param name="session">Device.</param>
    /// <param name="source">Recording; it stays open.</param>
    /// <param name="isMean">True: one channel, the mean of the recording's.</param>
    internal DeviceSignal(DeviceSession session, IAudioSource source, bool isMean = false)
    {
        _session = session;
        _source = source;
        _ahead = new ReadAheadSource(source);
        _isMean = isMean && source.Channels > 1;
        int block = (int)Math.Min(Math.Clamp(BlockSamples / source.Channels, 1, BlockFrames), source.Length);
        _interleaved = new float[(long)block * source.Channels];
        _planar = new float[block];
    }

    public int Channels => _isMean ? 1 : _source.Channels;

    public long Length => _source.Length;

    public DeviceBuffer<float> Held => _samples ?? throw new InvalidOperationException("Nothing is held yet.");

    public long First { get; private set; }

    /// <summary>Seconds of reading, checking and sending so far.</summary>
    internal double Seconds { get; private set; }

    /// <summary>Where set: takes all samples once, as they are first read.</summary>
    internal XxHash128? Hash { get; init; }

    /// <summary>True while every sample that was read is zero.</summary>
    internal bool IsSilent { get; private set; } = true;

    private long End { get; set; }

    /// <summary>Floats between the channels of <see cref="Held"/>.</summary>
    private long Stride => _samples is null ? 0 : _samples.Length / Channels;

    /// <inheritdoc/>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    public void Hold(long start, long end, CancellationToken cancellation)
    {
        if (start >= First && end <= End) return;
        long began = Stopwatch.GetTimestamp();
        if (Stride < end - start) Grow(end - start);
        (First, End) = (start, start);
        for (; End < end; End += Math.Min(_planar.Length, end - End))
        {
            cancellation.ThrowIfCancellationRequested();
            Read(End, (int)Math.Min(_planar.Length, end - End));
        }
        Seconds += Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose()
    {
        _ahead.Dispose();
        _samples?.Dispose();
        _samples = null;
    }

    private void Grow(long length)
    {
        // What is enqueued may still read the samples held so far.
        _session.Synchronize();
        Dispose();
        _samples = _session.Allocate<float>(Channels * length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Read(long start, int count)
    {
        int channels = _source.Channels;
        var samples = _interleaved.AsSpan(0, count * channels);
        _ahead.Read(start, samples);
        RequireFinite(samples, start, _source);
        if (Hash is not null && start + count > _hashed)
        {
            if (start > _hashed) throw new InvalidOperationException($"Samples {_hashed} to {start} were left out.");
            Hash.Append(MemoryMarshal.AsBytes(samples[(int)((_hashed - start) * channels)..]));
            _hashed = start + count;
        }
        if (IsSilent) IsSilent = !samples.ContainsAnyExcept(0f);
        var planar = _planar.AsSpan(0, count);
        for (int c = 0; c < Channels; c++)
        {
            for (int n = 0; n < count; n++) planar[n] = _isMean ? Mean(samples.Slice(n * channels, channels)) : samples[n * channels + c];
            _samples!.Upload(planar, c * Stride + start - First);
        }
    }

    private static float Mean(ReadOnlySpan<float> channels)
    {
        double sum = 0;
        foreach (float sample in channels) sum += sample;
        return (float)(sum / channels.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RequireFinite(ReadOnlySpan<float> samples, long start, IAudioSource source)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (float.IsFinite(samples[i])) continue;
            long frame = start + i / source.Channels;
            for (var part = source as AudioSlice; part is not null; part = part.Source as AudioSlice) frame += part.Start;
            throw new AudioFormatException(
                $"Sample {frame} ({(double)frame / source.SampleRateHz:0.###} s), channel {i % source.Channels + 1}, is {(float.IsNaN(samples[i]) ? "NaN" : "infinite")}; every sample must be a finite number. Repair or cut the recording there.");
        }
    }
}
