using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Kernels;

/// <summary>
/// Shares the pieces of one phase of a kernel among the groups of a launch, and lets nobody go on before all pieces are done. It counts
/// pieces and not groups, so it does not matter how many of the groups run at a time: one alone does all of them.
/// </summary>
internal unsafe readonly struct StripWork
{
    /// <summary>Counters stand a line of the caches apart, with the one that comes with it.</summary>
    private const int Stride = 32;

    private readonly int* _next;
    private readonly int* _done;
    private readonly int _pieces;

    /// <param name="progress">Zero at the start of the launch.</param>
    /// <param name="phase">Number of the phase.</param>
    /// <param name="pieces">Pieces of the phase.</param>
    internal StripWork(ArrayView<int> progress, int phase, int pieces)
    {
        _next = (int*)progress.LoadEffectiveAddressAsPtr() + 2 * Stride * phase;
        _done = _next + Stride;
        _pieces = pieces;
    }

    /// <summary>Integers that a number of phases takes.</summary>
    internal static int Length(int phases) => 2 * Stride * phases;

    /// <summary>Takes a piece that nobody has taken; false when there is none left.</summary>
    internal bool Take(out int piece)
    {
        piece = Interlocked.Increment(ref *_next) - 1;
        return piece < _pieces;
    }

    /// <summary>Says that a piece that was taken is done.</summary>
    internal void Finish() => Interlocked.Increment(ref *_done);

    /// <summary>Waits for the pieces that others have taken.</summary>
    internal void Await()
    {
        var spin = new SpinWait();
        while (Volatile.Read(ref *_done) < _pieces) spin.SpinOnce(-1);
    }
}
