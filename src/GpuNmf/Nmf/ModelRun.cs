using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>The host's side of one model of a batch: its losses, when it stops, and how far its factors are extrapolated.</summary>
internal sealed class ModelRun
{
    private readonly NmfOptions _options;
    private readonly Extrapolation? _extrapolation;
    private readonly bool _descends;
    private readonly List<LossPoint> _trace = [];
    private double _errorAtStart, _errorBefore;
    private double? _violationAtStart;

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
        _descends = options.Solver == NmfSolver.CoordinateDescent;
        if (options.Solver == NmfSolver.ExtrapolatedMultiplicativeUpdate) _extrapolation = new Extrapolation();
    }

    internal int Index { get; }

    internal NmfModel Model { get; }

    internal SpectrogramScale Scale { get; }

    /// <summary>Loss at the start, after every 10th iteration and at the end, in the caller's units.</summary>
    internal IReadOnlyList<LossPoint> Trace => _trace;

    internal double Loss => _trace[^1].Loss;

    /// <summary>What is minimised, the loss and the penalties, as last seen.</summary>
    internal double Objective { get; private set; }

    /// <summary>True where <see cref="Objective"/> is more than the loss.</summary>
    internal bool IsPenalised => TemplatePenalty is not { Lasso: 0, Ridge: 0, Sparsity: 0 } || ActivationPenalty is not { Lasso: 0, Ridge: 0, Sparsity: 0 };

    /// <summary>Why it ends with the last loss, if it does.</summary>
    internal NmfStop? Stop { get; private set; }

    /// <summary>What it pays for its factors, in the kernels' units.</summary>
    internal FactorPenalty TemplatePenalty { get; init; }

    /// <inheritdoc cref="TemplatePenalty"/>
    internal FactorPenalty ActivationPenalty { get; init; }

    /// <summary>Its part of the batch's time so far, in seconds.</summary>
    internal double Seconds { get; private set; }

    /// <summary>Divides the time that some models took together by their ranks, which their work is proportional to.</summary>
    internal static void ShareTime(IReadOnlyCollection<ModelRun> runs, TimeSpan time)
    {
        double ranks = runs.Sum(run => run.Model.Rank);
        foreach (var run in runs) run.Seconds += time.TotalSeconds * run.Model.Rank / ranks;
    }

    /// <summary>Writes where it stands, behind its scale.</summary>
    internal void Save(BinaryWriter writer)
    {
        Scale.Save(writer);
        writer.Write(_trace.Count);
        foreach (var point in _trace)
        {
            writer.Write(point.Iteration);
            writer.Write(point.Loss);
        }
        writer.Write(Objective);
        writer.Write(_errorAtStart);
        writer.Write(_errorBefore);
        writer.Write(_violationAtStart ?? double.NaN);
        writer.Write(Seconds);
        _extrapolation?.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote behind the scale.</summary>
    internal void Load(BinaryReader reader)
    {
        for (int left = reader.ReadInt32(); left > 0; left--) _trace.Add(new LossPoint(reader.ReadInt32(), reader.ReadDouble()));
        Objective = reader.ReadDouble();
        _errorAtStart = reader.ReadDouble();
        _errorBefore = reader.ReadDouble();
        double violation = reader.ReadDouble();
        _violationAtStart = double.IsNaN(violation) ? null : violation;
        Seconds = reader.ReadDouble();
        _extrapolation?.Load(reader);
    }

    /// <summary>For the first pass, which updates nothing.</summary>
    internal ModelState Plain => new()
    {
        Index = Index,
        Rank = Model.Rank,
        TemplatePenalty = TemplatePenalty,
        ActivationPenalty = ActivationPenalty,
        FixedTemplates = Model.FixedCount,
    };

    /// <summary>What the kernels do in the next iteration; call once for each.</summary>
    /// <param name="seesLoss">True where the iteration ends with a loss, which is that of W and not of W_ext.</param>
    internal ModelState NextIteration(bool seesLoss)
    {
        var state = Plain;
        if (_extrapolation is null) return state;
        state.ActivationExtrapolation = _extrapolation.Current;
        _extrapolation.Advance();
        // The objective has no scale of its own there: templates moved on along their own growth would run away.
        state.TemplateExtrapolation = seesLoss || TemplatePenalty.Sparsity > 0 ? 0 : _extrapolation.Current;
        return state;
    }

    /// <summary>The order of the components in an iteration of coordinate descent, as <see cref="SweepOrder.Of"/>.</summary>
    internal int[] OrderOf(int iteration, int length) => SweepOrder.Of(Model.Rank, length, iteration, _options.Shuffle ? Model.Seed : null);

    /// <summary>Records how far an iteration of coordinate descent began from its end: scikit-learn's stop.</summary>
    /// <param name="templates">Sum of the templates' |projected gradient|, in the kernels' units.</param>
    /// <param name="activations">As the templates'.</param>
    internal void RecordViolation(double templates, double activations)
    {
        // A gradient is that of a divergence 2^2e as large over an entry 2^a as large.
        double violation = templates * Math.Pow(2, Scale.Templates - 2.0 * Scale.Spectrogram) + activations * Math.Pow(2, Scale.Activations - 2.0 * Scale.Spectrogram);
        _violationAtStart ??= violation;
        if (_violationAtStart == 0 || violation / _violationAtStart <= _options.Tolerance) Stop = NmfStop.Tolerance;
    }

    /// <summary>Records a loss; after every 10th iteration, decides whether the model has converged.</summary>
    /// <param name="iteration">Iterations done.</param>
    /// <param name="loss">In the caller's units.</param>
    /// <param name="penalty">What its factors cost beside it.</param>
    internal void Record(int iteration, double loss, double penalty)
    {
        _trace.Add(new LossPoint(iteration, loss));
        Objective = loss + penalty;
        double error = Math.Sqrt(2 * Objective);
        bool rose = _extrapolation?.Guard(Objective) ?? false;
        if (iteration == 0) _errorAtStart = error;
        else if (loss <= _options.TargetLoss) Stop = NmfStop.TargetLoss;
        else if (iteration % Factorizer.LossInterval == 0 && !rose && !_descends && _options.Tolerance > 0 && (_errorBefore - error) / _errorAtStart < _options.Tolerance)
            Stop = NmfStop.Tolerance;
        _errorBefore = error;
    }
}
