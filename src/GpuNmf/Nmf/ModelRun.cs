using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>The host's side of one model of a batch: its losses, when it stops, and how far its factors are extrapolated.</summary>
internal sealed class ModelRun
{
    private readonly NmfOptions _options;
    private readonly Extrapolation? _extrapolation;
    private readonly List<LossPoint> _trace = [];
    private double _errorAtStart, _errorBefore;

    /// <param name="index">Place in the batch's buffers.</param>
    /// <param name="model">What is its own.</param>
    /// <param name="scale">Between its numbers and those of the kernels.</param>
    /// <param name="options">What the batch shares.</param>
    internal ModelRun(int index, NmfModel model, SpectrogramScale scale, NmfOptions options)
    {
        Index = index;
        Model = model;
        Scale = scale;
        _options = options;
        if (options.Solver == NmfSolver.ExtrapolatedMultiplicativeUpdate) _extrapolation = new Extrapolation();
    }

    internal int Index { get; }

    internal NmfModel Model { get; }

    internal SpectrogramScale Scale { get; }

    /// <summary>Loss at the start, after every 10th iteration and at the end, in the caller's units.</summary>
    internal IReadOnlyList<LossPoint> Trace => _trace;

    internal double Loss => _trace[^1].Loss;

    internal bool Converged { get; private set; }

    /// <summary>Its part of the batch's time so far, in seconds.</summary>
    internal double Seconds { get; private set; }

    /// <summary>Divides the time that some models took together by their ranks, which their work is proportional to.</summary>
    internal static void ShareTime(IReadOnlyCollection<ModelRun> runs, TimeSpan time)
    {
        double ranks = runs.Sum(run => run.Model.Rank);
        foreach (var run in runs) run.Seconds += time.TotalSeconds * run.Model.Rank / ranks;
    }

    /// <summary>For the first pass, which updates nothing.</summary>
    internal ModelState Plain => new() { Index = Index, Rank = Model.Rank };

    /// <summary>What the kernels do in the next iteration; call once for each.</summary>
    /// <param name="seesLoss">True where the iteration ends with a loss, which is that of W and not of W_ext.</param>
    internal ModelState NextIteration(bool seesLoss)
    {
        var state = Plain;
        if (_extrapolation is null) return state;
        state.ActivationExtrapolation = _extrapolation.Current;
        _extrapolation.Advance();
        state.TemplateExtrapolation = seesLoss ? 0 : _extrapolation.Current;
        return state;
    }

    /// <summary>Records a loss; after every 10th iteration, decides whether the model has converged.</summary>
    /// <param name="iteration">Iterations done.</param>
    /// <param name="loss">In the caller's units.</param>
    internal void Record(int iteration, double loss)
    {
        _trace.Add(new LossPoint(iteration, loss));
        double error = Math.Sqrt(2 * loss);
        bool rose = _extrapolation?.Guard(loss) ?? false;
        if (iteration == 0) _errorAtStart = error;
        else if (iteration % Factorizer.LossInterval == 0 && !rose)
            Converged = _options.Tolerance > 0 && (_errorBefore - error) / _errorAtStart < _options.Tolerance;
        _errorBefore = error;
    }
}
