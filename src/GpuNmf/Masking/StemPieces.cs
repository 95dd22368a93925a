using System.Collections.Concurrent;
using GpuNmf.Devices;

namespace GpuNmf.Masking;

/// <summary>Some samples of some stems on the host.</summary>
/// <param name="Stems">[component][sample][channel].</param>
/// <param name="Input">The recording there, [sample][channel]; set with the first component.</param>
internal sealed record StemPiece(HostBuffer<float> Stems, float[] Input)
{
    internal long Start { get; set; }

    internal int Samples { get; set; }

    internal int FirstComponent { get; set; }

    internal int Components { get; set; }
}

/// <summary>Pieces on their way from the device to the sink: a thread of their own forms them in one place while the caller takes them from another.</summary>
internal sealed class StemPieces : IDisposable
{
    private readonly BlockingCollection<StemPiece> _free = [], _formed = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task _forming;

    /// <param name="places">Reused in turn.</param>
    /// <param name="form">Forms every piece: <see cref="Place"/>, then <see cref="Add"/>. Runs on a thread of its own.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal StemPieces(IEnumerable<StemPiece> places, Action<StemPieces> form, CancellationToken cancellation)
    {
        foreach (var place in places) _free.Add(place, CancellationToken.None);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _forming = Task.Factory.StartNew(() => Form(form), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>A free place for the thread that forms.</summary>
    /// <exception cref="OperationCanceledException">Nobody wants more pieces.</exception>
    internal StemPiece Place() => _free.Take(_stop.Token);

    /// <summary>Hands a piece to the caller.</summary>
    internal void Add(StemPiece piece) => _formed.Add(piece, _stop.Token);

    /// <summary>The pieces in their order; each is the caller's until the next one is asked for. Throws what the thread that forms has thrown.</summary>
    internal IEnumerable<StemPiece> Take()
    {
        foreach (var piece in _formed.GetConsumingEnumerable(CancellationToken.None))
        {
            yield return piece;
            _free.Add(piece, CancellationToken.None);
        }
        _forming.GetAwaiter().GetResult();
    }

    /// <summary>Returns when the thread that forms has ended; what it threw is told by <see cref="Take"/> alone.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        ((IAsyncResult)_forming).AsyncWaitHandle.WaitOne();
        _ = _forming.Exception;
        _stop.Dispose();
        _free.Dispose();
        _formed.Dispose();
    }

    private void Form(Action<StemPieces> form)
    {
        try
        {
            form(this);
        }
        finally
        {
            _formed.CompleteAdding();
        }
    }
}
