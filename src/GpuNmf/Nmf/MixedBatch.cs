using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>
/// Factorisations of one spectrogram that may differ in everything: rank, seed, divergence, rule, stop. Those that a launch can take together are
/// one batch (<see cref="Factorizer"/>); the batches follow one another, and X is measured and scaled once.
/// </summary>
internal static class MixedBatch
{
    /// <param name="session">Device.</param>
    /// <param name="x">[rows][pitch], padding zero; changed in place.</param>
    /// <param name="bins">F.</param>
    /// <param name="frames">T.</param>
    /// <param name="problems">What to factorise, checked against the spectrogram.</param>
    /// <param name="progress">Told after each launch: iterations done and those in all, if no model stops early.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>For each problem a fit for each restart, seeds upwards; each has the bits that it has alone.</returns>
    /// <exception cref="NotFiniteNumberException">X, or the loss of a start, leaves single precision's range.</exception>
    internal static NmfFit[][] Run(
        DeviceSession session, DeviceBuffer<float> x, int bins, int frames, IReadOnlyList<NmfOptions> problems, Action<int, int>? progress, CancellationToken cancellation)
    {
        var fits = problems.Select(problem => new NmfFit[problem.Restarts]).ToArray();
        var shared = SharedSpectrogram.Measure(session, x, NmfGeometry.Of(bins, frames, 1, session.Form));
        Run(session, shared, problems, int.MaxValue, (problem, restart, fit) => fits[problem][restart] = fit, progress, cancellation);
        return fits;
    }

    /// <summary>The same, but a fit is handed out as soon as its model has finished, and not held.</summary>
    /// <param name="session">Device.</param>
    /// <param name="shared">X, measured; changed in place.</param>
    /// <param name="problems">What to factorise, checked against the spectrogram.</param>
    /// <param name="mostAtATime">Models of one launch at most; fewer where their memory does not suffice. No result depends on it.</param>
    /// <param name="finished">Told the problem, the restart and its fit.</param>
    /// <param name="progress">Told after each launch: iterations done and those in all, if no model stops early.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <exception cref="NotFiniteNumberException">The loss of a start leaves single precision's range.</exception>
    internal static void Run(
        DeviceSession session, SharedSpectrogram shared, IReadOnlyList<NmfOptions> problems, int mostAtATime,
        Action<int, int, NmfFit> finished, Action<int, int>? progress, CancellationToken cancellation)
    {
        var models = problems.SelectMany((problem, i) => NmfModel.Of(problem).Select((model, restart) => new Member(problem, model, i, restart)));
        // Cells are raised to a floor for good, so the batches without one come first.
        var batches = models.GroupBy(member => Batch.Of(member.Problem, session.Form)).OrderBy(batch => batch.Key.Rule.RelativeFloor).ToArray();
        int done = 0, inAll = batches.Sum(batch => batch.Key.MaxIterations * batch.Count());
        foreach (var batch in batches)
        {
            Member[] members = [.. batch];
            var geometry = NmfGeometry.Of(shared.Bins, shared.Frames, members.Max(member => member.Model.Rank), session.Form);
            using var factorizer = new Factorizer(session, geometry, members[0].Problem, Math.Min(members.Length, mostAtATime));
            // A turn is the models that fit at a time; each counts as its iterations.
            Action<int, double>? told = progress is null ? null : (iterations, _) => progress(done + ModelIterations(iterations, factorizer.BatchModels, members.Length, batch.Key.MaxIterations), inAll);
            factorizer.Run(shared, [.. members.Select(member => member.Model)], (i, fit) => finished(members[i].Place, members[i].Restart, fit), told, null, cancellation);
            done += batch.Key.MaxIterations * members.Length;
        }
    }

    /// <summary>Iterations of all models, when so many of the turns, one after another, are done.</summary>
    /// <param name="iterations">Iterations done, <paramref name="most"/> for each turn.</param>
    /// <param name="atATime">Models of a turn.</param>
    /// <param name="models">Models in all.</param>
    /// <param name="most">Iterations of a turn.</param>
    internal static int ModelIterations(int iterations, int atATime, int models, int most)
    {
        int turns = iterations / most, before = Math.Min(models, turns * atATime);
        return before * most + iterations % most * Math.Min(atATime, models - before);
    }

    /// <summary>One restart of one problem.</summary>
    private sealed record Member(NmfOptions Problem, NmfModel Model, int Place, int Restart);

    /// <summary>What the models of a batch have in common.</summary>
    private sealed record Batch(
        UpdateRule Rule, NmfSolver Solver, int MaxIterations, double Tolerance, double? TargetLoss, TimeSpan? TimeLimit, NmfPenalties Penalties, bool Shuffle, int RankPitch)
    {
        internal static Batch Of(NmfOptions options, KernelForm form) => new(
            UpdateRule.For(options), options.Solver, options.MaxIterations, options.Tolerance, options.TargetLoss, options.TimeLimit,
            options.PenaltiesFor(1, 1), options.Shuffle, NmfGeometry.Of(1, 1, options.Rank, form).RankPitch);
    }
}
