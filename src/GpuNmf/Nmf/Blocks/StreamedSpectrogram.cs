using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Starts;

namespace GpuNmf.Nmf.Blocks;

/// <summary>
/// X of which the device holds two blocks in turn: while passes work on one, the other is brought. A pass goes the way back that the one before
/// came, so that it finds the last two where they are.
/// </summary>
internal sealed class StreamedSpectrogram : ISpectrogramBlocks, IDisposable
{
    private readonly DeviceSession _session;
    private readonly ISpectrogramRows _rows;
    private readonly NmfGeometry _geometry;
    private readonly ConditionLauncher _condition;
    private readonly List<Slot> _slots = [];
    private readonly int _slotFrames;
    private int _exponent;
    private float _floor;
    private bool _isForward;

    /// <param name="session">Device.</param>
    /// <param name="rows">Gives the rows; belongs to this from now on.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <param name="slotFrames">Frames of a block at most; a slice of every geometry that passes over it fits.</param>
    internal StreamedSpectrogram(DeviceSession session, ISpectrogramRows rows, NmfGeometry geometry, int slotFrames)
    {
        _session = session;
        _rows = rows;
        _geometry = geometry;
        _slotFrames = Math.Min(slotFrames, geometry.Frames);
        try
        {
            _condition = new ConditionLauncher(session);
            for (int i = 0; i < 2; i++) _slots.Add(new Slot(session.Allocate<float>(BufferLength(geometry, _slotFrames))));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SpectrogramBlock? Whole => null;

    /// <summary>The frames of a slice of the geometry, or of the products that starts are made of, whichever are more.</summary>
    internal static int LargestSlice(NmfGeometry geometry) =>
        Math.Max(geometry.SliceFrames, NmfGeometry.Of(geometry.Bins, geometry.Frames, SpectrogramProducts.ColumnsAtATime, geometry.Form).SliceFrames);

    /// <summary>Floats of a block's buffer.</summary>
    internal static long BufferLength(NmfGeometry geometry, int frames) => (long)NmfGeometry.RowsOf(frames, geometry.Form) * geometry.Pitch;

    public void Condition(int exponent, float floor)
    {
        (_exponent, _floor) = (exponent, floor);
        // What the slots hold has its old scale.
        foreach (var slot in _slots) slot.Forget();
    }

    public IEnumerable<SpectrogramBlock> Pass(int sliceFrames, bool ascending, CancellationToken cancellation)
    {
        var ranges = Ranges(sliceFrames, ascending || !_isForward);
        _isForward = ascending || !_isForward;
        Slot? now = null;
        // Launches of the pass before may still be at the slot that the first block comes into.
        if (_rows.LoadsBeside) _session.Synchronize();
        try
        {
            for (int i = 0; i < ranges.Length; i++)
            {
                var slot = SlotFor(ranges[i], now, cancellation);
                slot.Await();
                // The launches on the block before have ended then, and its slot is free.
                _session.Synchronize();
                Finish(slot);
                if (i + 1 < ranges.Length && _rows.LoadsBeside) SlotFor(ranges[i + 1], slot, cancellation);
                now = slot;
                yield return new SpectrogramBlock(slot.Buffer, ranges[i].First, ranges[i].Count);
            }
        }
        finally
        {
            // Whoever leaves early leaves no thread that writes.
            foreach (var slot in _slots) slot.Settle();
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots) slot.Buffer.Dispose();
        _slots.Clear();
        _rows.Dispose();
    }

    private FrameRange[] Ranges(int sliceFrames, bool forward)
    {
        int step = _slotFrames == _geometry.Frames ? _slotFrames : _slotFrames / sliceFrames * sliceFrames;
        if (step == 0) throw new InvalidOperationException($"A slice has {sliceFrames} frames, and a block holds {_slotFrames}; it must hold a slice.");
        FrameRange[] ranges = [.. Enumerable.Range(0, (_geometry.Frames - 1) / step + 1).Select(i => new FrameRange(i * step, Math.Min(step, _geometry.Frames - i * step)))];
        if (!forward) Array.Reverse(ranges);
        return ranges;
    }

    /// <summary>The slot that has a range, or one that is on its way to have it; <paramref name="busy"/> is left alone.</summary>
    private Slot SlotFor(FrameRange range, Slot? busy, CancellationToken cancellation)
    {
        if (_slots.Find(slot => slot.Range == range) is { } found) return found;
        var free = _slots.Find(slot => slot != busy)!;
        free.Begin(range, _rows.LoadsBeside, () => _rows.Load(range.First, range.Count, free.Buffer, cancellation));
        return free;
    }

    /// <summary>Zeroes the rows behind a block that was brought and conditions its cells.</summary>
    private void Finish(Slot slot)
    {
        if (slot.IsFinished) return;
        long end = (long)slot.Range.Count * _geometry.Pitch;
        slot.Buffer.Clear(end, BufferLength(_geometry, slot.Range.Count) - end);
        if (_exponent != 0 || _floor != 0)
            _condition.EnqueueApply(ConditionArgs.Of(slot.Buffer, _geometry.Bins, slot.Range.Count) with { Scale = MathF.ScaleB(1, _exponent), Floor = _floor });
        slot.IsFinished = true;
    }

    private readonly record struct FrameRange(int First, int Count);

    /// <summary>A buffer, what it holds, and who is bringing it.</summary>
    private sealed class Slot(DeviceBuffer<float> buffer)
    {
        private Task? _loading;

        internal DeviceBuffer<float> Buffer => buffer;

        /// <summary>No frames: nothing.</summary>
        internal FrameRange Range { get; private set; }

        /// <summary>True when it is as passes want it.</summary>
        internal bool IsFinished { get; set; }

        internal void Begin(FrameRange range, bool beside, Action load)
        {
            Forget();
            if (beside) _loading = Task.Factory.StartNew(load, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            else load();
            Range = range;
        }

        /// <summary>Returns when the load has ended; throws what it threw.</summary>
        internal void Await()
        {
            if (_loading is not { } loading) return;
            _loading = null;
            try
            {
                loading.GetAwaiter().GetResult();
            }
            catch
            {
                Forget();
                throw;
            }
        }

        /// <summary>The same, and what it threw is left alone.</summary>
        internal void Settle()
        {
            if (_loading is not { } loading) return;
            _loading = null;
            ((IAsyncResult)loading).AsyncWaitHandle.WaitOne();
            if (loading.Exception is not null) Forget();
        }

        internal void Forget()
        {
            Range = default;
            IsFinished = false;
        }
    }
}
