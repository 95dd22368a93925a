namespace GpuNmf.Nmf;

/// <summary>Tells the iterations of several factorisations, one after another, as one count that rises and ends at its total, wherever they stop.</summary>
/// <param name="inAll">Iterations of all, if none stops early.</param>
/// <param name="tell">Told how many are done, those in all, and the loss.</param>
internal sealed class IterationCount(int inAll, Action<int, int, double> tell)
{
    private int _before, _done;

    /// <summary>What a factorisation tells.</summary>
    /// <param name="done">Its iterations so far.</param>
    /// <param name="loss">Its last loss.</param>
    internal void Tell(int done, double loss)
    {
        _done = _before + done;
        tell(_done, inAll, loss);
    }

    /// <summary>What is told from here on is another factorisation's.</summary>
    internal void Next() => _before = _done;

    /// <summary>All have ended: the total is what was done. Where there was nothing to do, all counts as done.</summary>
    /// <param name="loss">The lowest.</param>
    internal void End(double loss)
    {
        int all = _done > 0 ? _done : inAll;
        if (_done < inAll) tell(all, all, loss);
    }
}
