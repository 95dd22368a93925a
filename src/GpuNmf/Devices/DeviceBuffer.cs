using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Devices;

/// <summary>Memory on a device that the session counts. Views are values and must not outlive it.</summary>
internal sealed class DeviceBuffer<T> : IDisposable where T : unmanaged
{
    private const int ZerosAtATime = 1 << 16;

    private readonly DeviceSession _session;
    private readonly long _first;
    private MemoryBuffer1D<T, Stride1D.Dense>? _memory;

    /// <param name="session">Counts the bytes.</param>
    /// <param name="memory">At least <paramref name="first"/> + <paramref name="length"/> elements.</param>
    /// <param name="first">First element of the buffer in its memory.</param>
    /// <param name="length">Elements.</param>
    internal DeviceBuffer(DeviceSession session, MemoryBuffer1D<T, Stride1D.Dense> memory, long first, long length)
    {
        _session = session;
        _memory = memory;
        _first = first;
        Length = length;
    }

    internal ArrayView<T> View => Memory.View.BaseView.SubView(_first, Length);

    internal long Length { get; }

    /// <summary>The view from an element on.</summary>
    internal ArrayView<T> From(long first) => View.SubView(first);

    private MemoryBuffer1D<T, Stride1D.Dense> Memory => _memory ?? throw new ObjectDisposedException(nameof(DeviceBuffer<T>));

    /// <summary>Copies from the host to <paramref name="start"/>.</summary>
    internal void Upload(ReadOnlySpan<T> values, long start = 0)
    {
        if (values.IsEmpty) return;
        View.SubView(start, values.Length).CopyFromCPU(_session.Stream, values);
        _session.Synchronize();
    }

    /// <summary>Copies to the host from <paramref name="start"/>, after everything enqueued so far.</summary>
    internal void Download(Span<T> values, long start = 0)
    {
        if (values.IsEmpty) return;
        View.SubView(start, values.Length).CopyToCPU(_session.Stream, values);
        _session.Synchronize();
    }

    /// <summary>Copies the first <paramref name="count"/> elements to pinned memory, after everything enqueued so far.</summary>
    internal void Download(HostBuffer<T> target, int count)
    {
        View.SubView(0, count).CopyTo(_session.Stream, target.View.SubView(0, count));
        _session.Synchronize();
    }

    internal T[] Download()
    {
        var values = new T[Length];
        Download(values);
        return values;
    }

    internal void Clear() => View.MemSetToZero(_session.Stream);

    /// <summary>Zeroes some elements, after everything enqueued so far. By copying zeros: OpenCL refuses ILGPU's filling of a part of a buffer.</summary>
    internal void Clear(long start, long count)
    {
        var zeros = new T[Math.Min(count, ZerosAtATime)];
        for (long done = 0; done < count; done += zeros.Length) Upload(zeros.AsSpan(0, (int)Math.Min(zeros.Length, count - done)), start + done);
    }

    /// <summary>
    /// Copies to <paramref name="start"/> on a stream of its own, beside what is enqueued, and returns when it is there. Nothing enqueued may use those elements.
    /// </summary>
    /// <param name="values">Pinned.</param>
    /// <param name="first">The first element to copy.</param>
    /// <param name="count">Elements.</param>
    /// <param name="start">Where to.</param>
    internal void UploadBeside(HostBuffer<T> values, int first, int count, long start)
    {
        var stream = _session.CopyStream;
        View.SubView(start, count).CopyFromCPU(stream, values.Span.Slice(first, count));
        stream.Synchronize();
    }

    public void Dispose()
    {
        if (_memory is null) return;
        long bytes = _memory.LengthInBytes;
        _session.Free(_memory);
        _memory = null;
        _session.Released(bytes);
    }
}
