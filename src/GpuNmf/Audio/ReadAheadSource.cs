namespace GpuNmf.Audio;

/// <summary>
/// Reads a recording a block ahead, on a thread of its own, while the caller works on the block before. It guesses that the next block is as long and as far from this one as
/// this one from the one before; a wrong guess costs that block's reading.
/// </summary>
/// <remarks>
/// All of these that read one recording take turns, so that one thread at a time does. Each has one caller; what the recording throws is thrown when the block is asked for.
/// </remarks>
internal sealed class ReadAheadSource : IAudioSource, IDisposable
{
    private readonly IAudioSource _source;
    private float[] _samples = [];
    private long _start, _before;
    private int _length;
    private Task? _reading;

    /// <param name="source">Stays open.</param>
    internal ReadAheadSource(IAudioSource source) => _source = source;

    public int SampleRateHz => _source.SampleRateHz;

    public int Channels => _source.Channels;

    public long Length => _source.Length;

    /// <summary>Blocks that were there when they were asked for.</summary>
    internal int Hits { get; private set; }

    public void Read(long start, Span<float> interleaved)
    {
        var reading = _reading;
        _reading = null;
        if (reading is not null && start == _start && interleaved.Length == _length)
        {
            reading.GetAwaiter().GetResult();
            _samples.AsSpan(0, _length).CopyTo(interleaved);
            Hits++;
        }
        else
        {
            Settle(reading);
            lock (_source) _source.Read(start, interleaved);
        }
        // At the start, and where it has gone back, the next block follows this one.
        long step = start - _before;
        Begin(start + (step > 0 ? step : interleaved.Length / Channels), interleaved.Length);
        _before = start;
    }

    /// <summary>Returns when nothing reads the recording any more.</summary>
    public void Dispose()
    {
        Settle(_reading);
        _reading = null;
    }

    private void Begin(long start, int length)
    {
        long left = Length - start;
        if (left <= 0 || length == 0) return;
        length = (int)Math.Min(length, left * Channels);
        (_start, _length) = (start, length);
        if (_samples.Length < length) _samples = new float[length];
        _reading = Task.Run(() =>
        {
            lock (_source) _source.Read(start, _samples.AsSpan(0, length));
        });
    }

    /// <summary>Waits; an error of a block that nobody asked for is nobody's.</summary>
    private static void Settle(Task? reading)
    {
        if (reading is null) return;
        ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
        _ = reading.Exception;
    }
}
