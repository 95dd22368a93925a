using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Sweep;

/// <summary>Factorises one spectrogram at many ranks, from many starts, with several divergences, and says what the starts have in common.</summary>
internal sealed class ModelSweep
{
    /// <summary>Slices of frames of all models of a launch, for each multiprocessor: more fill no device better, and leave more undone when a run is stopped.</summary>
    private const int SlicesOfAMultiprocessor = 64;

    /// <summary>Models of a launch at least, as far as there are so many.</summary>
    private const int FewestModels = 8;

    private readonly IReadOnlyList<NmfOptions> _problems;
    private readonly ISweepStore? _store;
    private readonly int _bins;
    private readonly double[] _constants;
    private readonly SweepModel?[][] _models;
    private readonly RankSummary?[] _summaries;
    private readonly CancellationToken _cancellation;

    private ModelSweep(int bins, IReadOnlyList<NmfOptions> problems, ISweepStore? store, double[] constants, CancellationToken cancellation)
    {
        _bins = bins;
        _problems = problems;
        _store = store;
        _constants = constants;
        _cancellation = cancellation;
        _models = [.. problems.Select(problem => new SweepModel?[problem.Restarts])];
        _summaries = new RankSummary?[problems.Count];
    }

    /// <summary>Factorises X for every problem and restart that the store does not have yet.</summary>
    /// <param name="session">Device.</param>
    /// <param name="x">X, [rows][pitch] and padding zero; changed in place.</param>
    /// <param name="bins">F.</param>
    /// <param name="frames">T.</param>
    /// <param name="problems">A rank and divergence each, with random starts; checked against the spectrogram.</param>
    /// <param name="store">Takes every model when it has finished, and gives back those of before; or null.</param>
    /// <param name="progress">Told after each launch: iterations done and those in all, if no model stops early.</param>
    /// <param name="cancellation">Looked at between launches, and before a model is loaded or compared.</param>
    /// <returns>A summary for each problem.</returns>
    /// <exception cref="NotFiniteNumberException">X leaves single precision's range.</exception>
    internal static IReadOnlyList<RankSummary> Run(
        DeviceSession session, DeviceBuffer<float> x, int bins, int frames, IReadOnlyList<NmfOptions> problems, ISweepStore? store,
        Action<int, int>? progress, CancellationToken cancellation) =>
        Run(session, SharedSpectrogram.Measure(session, x, NmfGeometry.Of(bins, frames, 1, session.Form)), problems, int.MaxValue, store, progress, cancellation);

    /// <summary>The same with X wherever it is.</summary>
    /// <param name="session">Device.</param>
    /// <param name="shared">X, measured; changed in place.</param>
    /// <param name="problems">As above.</param>
    /// <param name="mostAtATime">Models that memory suffices for at a time. No result depends on it.</param>
    /// <param name="store">As above.</param>
    /// <param name="progress">As above.</param>
    /// <param name="cancellation">As above.</param>
    internal static IReadOnlyList<RankSummary> Run(
        DeviceSession session, SharedSpectrogram shared, IReadOnlyList<NmfOptions> problems, int mostAtATime, ISweepStore? store,
        Action<int, int>? progress, CancellationToken cancellation)
    {
        int bins = shared.Bins, frames = shared.Frames;
        var constants = problems.Select(problem => problem.Beta).Distinct().ToDictionary(beta => beta, beta => ConstantSpectrum.Divergence(shared, beta, cancellation));
        var sweep = new ModelSweep(bins, problems, store, [.. problems.Select(problem => constants[problem.Beta])], cancellation);
        var missing = sweep.LoadAll();
        if (missing.Count > 0)
        {
            int slices = NmfGeometry.Of(bins, frames, problems.Max(problem => problem.Rank), session.Form).Slices;
            int atATime = Math.Min(mostAtATime, Math.Max(FewestModels, SlicesOfAMultiprocessor * session.Accelerator.NumMultiprocessors / slices));
            MixedBatch.Run(
                session, shared, [.. missing.Select(place => problems[place.Problem] with { Restarts = 1, Seed = sweep.KeyOf(place).Seed })], atATime,
                (i, _, fit) => sweep.Finish(missing[i], fit), progress, cancellation);
        }
        return [.. sweep._summaries.OfType<RankSummary>()];
    }

    /// <summary>Takes what the store has.</summary>
    /// <returns>What is still to be computed.</returns>
    private List<Place> LoadAll()
    {
        var missing = new List<Place>();
        for (int i = 0; i < _problems.Count; i++)
        {
            for (int restart = 0; restart < _problems[i].Restarts; restart++)
            {
                _cancellation.ThrowIfCancellationRequested();
                var place = new Place(i, restart);
                if (_store?.Load(KeyOf(place)) is { } model) Keep(place, Checked(model, place));
                else missing.Add(place);
            }
        }
        return missing;
    }

    private SweepModel Checked(SweepModel model, Place place)
    {
        var (key, templates) = (KeyOf(place), model.Templates);
        if (model.Key == key && templates.GetLength(0) == _bins && templates.GetLength(1) == key.Rank) return model;
        throw new InvalidDataException($"The store gave {model.Key} with {templates.GetLength(0)} x {templates.GetLength(1)} templates for {key}, which has {_bins} x {key.Rank}; it must give what it was given for that key.");
    }

    private SweepKey KeyOf(Place place)
    {
        var problem = _problems[place.Problem];
        return new SweepKey(problem.Beta, problem.Rank, problem.Seed + (ulong)place.Restart);
    }

    private void Finish(Place place, NmfFit fit)
    {
        fit = FitChoice.Finish(fit, _problems[place.Problem]);
        var model = new SweepModel(KeyOf(place), fit.LossTrace[^1].Loss, fit.Iterations, fit.Converged, fit.Seconds, fit.Templates, fit.Activations) { Objective = fit.Objective };
        _store?.Save(model);
        Keep(place, model);
    }

    /// <summary>Keeps what the comparison of the restarts needs: the templates, until all of them are there.</summary>
    private void Keep(Place place, SweepModel model)
    {
        var models = _models[place.Problem];
        models[place.Restart] = model with { Activations = null };
        if (models.Any(one => one is null)) return;
        _summaries[place.Problem] = RankSummary.Of([.. models.OfType<SweepModel>()], _constants[place.Problem], _cancellation);
        _models[place.Problem] = [];
    }

    /// <summary>One restart of one problem.</summary>
    private readonly record struct Place(int Problem, int Restart);
}
