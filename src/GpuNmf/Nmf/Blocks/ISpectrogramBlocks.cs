using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>
/// X as passes read it, block by block. A slice is summed by itself wherever it lies, so no bit depends on how X is cut into blocks, nor on
/// their order.
/// </summary>
internal interface ISpectrogramBlocks
{
    /// <summary>X where all of it lies on the device, as one block; null where blocks come and go.</summary>
    SpectrogramBlock? Whole { get; }

    /// <summary>Cells are max(raw cell x 2^<paramref name="exponent"/>, <paramref name="floor"/>) from now on; raw ones at first.</summary>
    /// <param name="exponent">The same in every call.</param>
    /// <param name="floor">Never below that of the call before.</param>
    void Condition(int exponent, float floor);

    /// <summary>All blocks, once. Each is the caller's until it asks for the next; what it has enqueued on it is finished before the block goes.</summary>
    /// <param name="sliceFrames">Blocks are whole multiples of this, but for the last one.</param>
    /// <param name="ascending">True: in the order of the frames. False: in the order that needs the fewest transfers.</param>
    /// <param name="cancellation">Looked at while blocks are made.</param>
    IEnumerable<SpectrogramBlock> Pass(int sliceFrames, bool ascending, CancellationToken cancellation);
}
