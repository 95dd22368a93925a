using System.Diagnostics;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Nmf.Starts;

namespace GpuNmf.Nmf;

/// <summary>
/// Multiplicative updates, plain or extrapolated, and coordinate descent for one problem shape: templates first, then activations, as scikit-learn.
/// n iterations are n + 1 passes over X; no kernel is loaded and no device memory allocated inside one. Read back are, of every 10th, the loss and the factors
/// where they are penalised, and, of coordinate descent, how far each is from the end.
/// </summary>
internal sealed class Factorizer : IDisposable
{
    /// <summary>Iterations between two losses and stopping tests.</summary>
    internal const int LossInterval = IterationArgs.Most;

    /// <summary>What the models of a batch take together on the device, unless one alone takes more.</summary>
    internal const long BytesOfABatch = 512 << 20;

    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly NmfOptions _options;
    private readonly UpdateRule _rule;
    private readonly INmfKernels _kernels;
    private readonly NmfWorkspace _workspace;
    private readonly float[] _losses;
    private (float[] Templates, float[] Activations)? _penalised;
    private readonly bool _descends;

    /// <summary>Loads the kernels and allocates the workspace. Options and starts have been checked against the problem.</summary>
    /// <param name="session">Device.</param>
    /// <param name="geometry">Shape of the largest model.</param>
    /// <param name="options">What the models share.</param>
    /// <param name="models">How many there will be; fewer are taken at a time where they would need too much memory.</param>
    /// <param name="bytes">What they may take together.</param>
    internal Factorizer(DeviceSession session, NmfGeometry geometry, NmfOptions options, int models = 1, long bytes = BytesOfABatch)
    {
        _session = session;
        _geometry = geometry;
        _options = options;
        _rule = UpdateRule.For(options);
        _descends = options.Solver == NmfSolver.CoordinateDescent;
        _kernels = NmfKernels.Load(session, geometry, _rule.Beta, _descends, options.HasUnitTemplates);
        int fitting = ModelsWithin(bytes, geometry, options, models);
        _losses = new float[_kernels.LossLength];
        try
        {
            _workspace = new NmfWorkspace(session, geometry, _rule, new BatchSize(fitting, _kernels.LossLength, LossInterval), options.Solver);
        }
        catch
        {
            _kernels.Dispose();
            throw;
        }
    }

    /// <summary>Models of a batch that takes so many bytes; one at least.</summary>
    internal static int ModelsWithin(double bytes, NmfGeometry geometry, NmfOptions options, int models) =>
        (int)Math.Clamp(bytes / NmfWorkspace.BytesOfAModel(geometry, options.Beta, options.Solver == NmfSolver.ExtrapolatedMultiplicativeUpdate), 1, models);

    /// <summary>Bytes on the device of a factorizer of so many models.</summary>
    internal static long Bytes(NmfGeometry geometry, NmfOptions options, int models) =>
        NmfWorkspace.Bytes(geometry, UpdateRule.For(options), new BatchSize(models, LossesAtMost(geometry), LossInterval), options.Solver);

    /// <summary>Partial losses: a frame each, or in tile form a slice each, of every few bins where a kernel takes one factor.</summary>
    private static long LossesAtMost(NmfGeometry geometry) => geometry.Form == KernelForm.Strip ? geometry.Rows
        : geometry.RankPitch <= NmfGeometry.TileOnePassRank ? geometry.Slices : (long)geometry.Slices * (geometry.Pitch / 32);

    /// <summary>Work of one launch at most for each multiprocessor, so that a cancellation is seen soon: about a tenth of a second on one slow core.
    /// No result depends on it.</summary>
    internal double FlopsOfALaunch { get; init; } = 4e9;

    /// <summary>Models that are factorised at a time.</summary>
    internal int BatchModels => _workspace.Models;

    public void Dispose()
    {
        _workspace.Dispose();
        _kernels.Dispose();
    }

    /// <summary>Factorises X once, as the options say; their restarts are not looked at.</summary>
    /// <inheritdoc cref="Run(DeviceBuffer{float}, IReadOnlyList{NmfModel}, Action{int, double}, CancellationToken)"/>
    internal NmfFit Run(DeviceBuffer<float> x, Action<int, double>? progress, CancellationToken cancellation) =>
        Run(x, [NmfModel.Of(_options)[0]], progress, cancellation)[0];

    /// <summary>Measures X, [rows][pitch] as the geometry says and padding zero, and factorises it.</summary>
    /// <inheritdoc cref="Run(SharedSpectrogram, IReadOnlyList{NmfModel}, Action{int, double}, CancellationToken)"/>
    internal NmfFit[] Run(DeviceBuffer<float> x, IReadOnlyList<NmfModel> models, Action<int, double>? progress, CancellationToken cancellation) =>
        Run(SharedSpectrogram.Measure(_session, x, _geometry), models, progress, cancellation);

    /// <summary>Factorises X, which is scaled in place, once for each model, as many at a time as the workspace holds. A model's result has
    /// the bits that it has alone.</summary>
    /// <param name="x">X of the geometry's bins and frames.</param>
    /// <param name="models">Models of the geometry's rank class.</param>
    /// <param name="progress">Told after each launch: how many iterations are done, <see cref="NmfOptions.MaxIterations"/> for each batch, and the
    /// lowest of the last losses of all models so far.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>A fit a model, in their order.</returns>
    /// <exception cref="NotFiniteNumberException">X, or the loss of a start, leaves single precision's range.</exception>
    internal NmfFit[] Run(SharedSpectrogram x, IReadOnlyList<NmfModel> models, Action<int, double>? progress, CancellationToken cancellation)
    {
        var fits = new NmfFit[models.Count];
        Run(x, models, (model, fit) => fits[model] = fit, progress, null, cancellation);
        return fits;
    }

    /// <summary>The same, but a fit is handed out as soon as its model has finished, and not held.</summary>
    /// <param name="x">X of the geometry's bins and frames.</param>
    /// <param name="models">Models of the geometry's rank class.</param>
    /// <param name="finished">Told a model's place among <paramref name="models"/>, and its fit.</param>
    /// <param name="progress">As above.</param>
    /// <param name="checkpoints">Keep where it stands, and may begin in the midst; null keeps nothing.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal void Run(
        SharedSpectrogram x, IReadOnlyList<NmfModel> models, Action<int, NmfFit> finished, Action<int, double>? progress, IFitCheckpoints? checkpoints, CancellationToken cancellation)
    {
        if (x.Max == 0)
        {
            for (int i = 0; i < models.Count; i++) finished(i, Silence(models[i]));
            return;
        }
        x.Prepare(_rule.RelativeFloor);
        var clock = Stopwatch.StartNew();

        var starts = new StartMaker(_session, x, _geometry, cancellation);
        double lowest = double.PositiveInfinity;
        var resumed = TakenUp(checkpoints, models);
        int before = (resumed?.First ?? 0) / BatchModels * _options.MaxIterations;
        for (int first = resumed?.First ?? 0; first < models.Count; first += BatchModels)
        {
            var batch = resumed ?? new FitBatch(first, [.. models.Skip(first).Take(BatchModels).Select((model, index) => Start(index, model, starts.Of(model), x.Scale))]);
            resumed = null;
            Iterate(
                x.Blocks, batch, clock, (index, fit) => finished(batch.First + index, fit), (done, loss) => progress?.Invoke(before + done, Math.Min(lowest, loss)), checkpoints, cancellation);
            lowest = Math.Min(lowest, batch.Loss);
            before += _options.MaxIterations;
        }
    }

    private NmfFit Silence(NmfModel model) =>
        new(ModelStart.Of(model, new float[_geometry.Bins, model.Rank], new float[model.Rank, 1]).Templates, new float[model.Rank, _geometry.Frames], [new LossPoint(0, 0)], 0, NmfStop.Tolerance) { Silent = true };

    private ModelRun Start(int index, NmfModel model, StartFactors start, SpectrogramScale scale)
    {
        scale = scale.Balanced(MatrixCheck.Mean(start.Templates), MatrixCheck.Mean(start.Activations));
        _workspace.Upload(index, start.Templates, start.Activations, scale);
        return RunOf(index, model, scale);
    }

    private ModelRun RunOf(int index, NmfModel model, SpectrogramScale scale)
    {
        var penalties = _options.PenaltiesFor(_geometry.Bins, _geometry.Frames);
        return new ModelRun(index, model, scale, _options)
        {
            TemplatePenalty = penalties.OfTemplates(scale, _rule.Beta),
            ActivationPenalty = penalties.OfActivations(scale, _rule.Beta),
        };
    }

    private FitBatch? TakenUp(IFitCheckpoints? checkpoints, IReadOnlyList<NmfModel> models)
    {
        using var reader = checkpoints?.Take();
        return reader is null ? null : Restored(reader, models);
    }

    /// <summary>A batch as <see cref="Save"/> wrote it, its factors on the device.</summary>
    private FitBatch Restored(BinaryReader reader, IReadOnlyList<NmfModel> models)
    {
        var batch = FitBatch.Load(reader, (index, place) =>
        {
            var run = RunOf(index, models[place], SpectrogramScale.Load(reader));
            run.Load(reader);
            return run;
        });
        foreach (var run in batch.Active) _workspace.Load(run.Index, reader);
        return batch;
    }

    private void Save(BinaryWriter writer, FitBatch batch)
    {
        batch.Save(writer);
        foreach (var run in batch.Active) _workspace.Save(run.Index, writer);
    }

    /// <summary>All iterations of a batch; models that have converged leave it.</summary>
    private void Iterate(
        ISpectrogramBlocks x, FitBatch batch, Stopwatch clock, Action<int, NmfFit> finished, Action<int, double> progress, IFitCheckpoints? checkpoints, CancellationToken cancellation)
    {
        var active = batch.Active;
        long since = Stopwatch.GetTimestamp();
        if (!batch.HasStepped)
        {
            _workspace.States.Upload([.. active.Select(run => run.Plain)]);
            RunPass(x, PassKind.First, 0, active.Count, cancellation);
            Record(active, 0);
        }
        while (active.Count > 0)
        {
            if (!batch.HasStepped)
            {
                int next = Math.Min(_options.MaxIterations, _descends ? batch.Done + 1 : batch.Done - batch.Done % LossInterval + LossInterval);
                batch.Begin(next, next % LossInterval == 0 || next == _options.MaxIterations);
            }
            _workspace.States.Upload(batch.States);
            if (_descends && (batch.Done == 0 || batch.HasStepped || _options.Shuffle)) UploadOrders(active, batch.Next);
            while (batch.Done < batch.Next)
            {
                Advance(x, batch, checkpoints, cancellation);
                if (batch.Done == batch.Next && batch.SeesLoss) Record(active, batch.Done);
                progress(batch.Done, batch.Loss);
            }
            ModelRun.ShareTime(active, Stopwatch.GetElapsedTime(since));
            int done = batch.Done;
            if (_descends) RecordViolations(x, active, done, batch.SeesLoss, cancellation);
            bool late = batch.SeesLoss && _options.TimeLimit is { } limit && clock.Elapsed >= limit;
            foreach (var run in active.Where(run => run.Stop is not null || late || done == _options.MaxIterations).ToArray())
            {
                finished(run.Index, Finish(run, done, run.Stop ?? (done == _options.MaxIterations ? NmfStop.MaxIterations : NmfStop.TimeLimit)));
                active.Remove(run);
            }
            since = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>As many iterations as a launch takes, or one: the step of the templates, and then the pass. Between the two the factors are all that there is.</summary>
    private void Advance(ISpectrogramBlocks x, FitBatch batch, IFitCheckpoints? checkpoints, CancellationToken cancellation)
    {
        int models = batch.Active.Count, state = batch.State;
        bool saves = !batch.HasStepped && checkpoints is { IsDue: true };
        int fitting = (int)(LaunchFlops / (FlopsOfASlice(models) * _geometry.Slices));
        int count = _descends || x.Whole is null || saves || batch.HasStepped ? 0 : Math.Clamp(fitting, 0, batch.Next - batch.Done);
        var last = batch.Done + Math.Max(1, count) < batch.Next || !batch.SeesLoss ? PassKind.Inner : batch.Next < _options.MaxIterations ? PassKind.InnerLoss : PassKind.Last;
        if (count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            _kernels.EnqueueIterations(_workspace.Iterations(x.Whole!.Value, count, state, models), last);
            batch.Done += count;
            return;
        }
        if (!batch.HasStepped)
        {
            _kernels.EnqueueTemplates(_workspace.TemplateArgs(state, models));
            _workspace.SwapTemplates();
        }
        if (saves) checkpoints!.Save(writer => Save(writer, batch));
        batch.HasStepped = false;
        RunPass(x, last, state, models, cancellation);
        _workspace.SwapActivations();
        batch.Done++;
    }

    /// <summary>Work of one launch at most.</summary>
    private double LaunchFlops => _session.Accelerator.NumMultiprocessors * FlopsOfALaunch;

    private double FlopsOfASlice(int models) => 12.0 * _geometry.Pitch * _geometry.SliceFrames * _geometry.Rank * models;

    private void RunPass(ISpectrogramBlocks x, PassKind pass, int state, int models, CancellationToken cancellation)
    {
        int atATime = Math.Max(_session.Accelerator.NumMultiprocessors, (int)Math.Min(_geometry.Slices, LaunchFlops / FlopsOfASlice(models)));
        foreach (var block in x.Pass(_geometry.SliceFrames, ascending: false, cancellation))
        {
            var args = _workspace.PassArgs(block, updates: pass != PassKind.First, state, models, _kernels.LossesOfASlice);
            int slices = (block.Frames + _geometry.SliceFrames - 1) / _geometry.SliceFrames;
            for (args.FirstSlice = 0; args.FirstSlice < slices; args.FirstSlice += atATime)
            {
                cancellation.ThrowIfCancellationRequested();
                _kernels.EnqueuePass(pass, args, Math.Min(atATime, slices - args.FirstSlice));
            }
        }
    }

    private void Record(IEnumerable<ModelRun> runs, int iteration)
    {
        foreach (var run in runs)
        {
            _workspace.Losses.Download(_losses, (long)run.Index * _losses.Length);
            double loss = 0;
            foreach (float part in _losses) loss += part;
            if (!double.IsFinite(loss))
                throw new NotFiniteNumberException($"The loss is {loss}: {(run.IsPenalised
                    ? "the penalties, or the starts, leave single precision's range; lower AlphaTemplates and AlphaActivations."
                    : "InitialTemplates and InitialActivations leave single precision's range together; scale them so that their product is near the spectrogram.")}", loss);
            run.Record(iteration, Math.Max(0, run.Scale.UnscaleLoss(loss, _rule.Beta)), run.IsPenalised ? run.Scale.UnscaleLoss(PenaltyOf(run), _rule.Beta) : 0);
        }
    }

    private double PenaltyOf(ModelRun run)
    {
        var (templates, activations) = _workspace.DownloadPacked(run.Index, _penalised);
        _penalised = (templates, activations);
        return PenaltySum.Of(templates, activations, _geometry, run);
    }

    private void UploadOrders(List<ModelRun> active, int iteration)
    {
        foreach (var run in active) _workspace.Orders.Upload(run.OrderOf(iteration, _geometry.RankPitch), run.Index * 2L * _geometry.RankPitch);
    }

    /// <summary>Whether coordinate descent is at its end; the loss of those that are is seen by one more pass, which updates nothing.</summary>
    private void RecordViolations(ISpectrogramBlocks x, List<ModelRun> active, int done, bool sawLoss, CancellationToken cancellation)
    {
        foreach (var run in active)
        {
            var (templates, activations) = _workspace.ReadViolations(run.Index);
            run.RecordViolation(templates, activations);
        }
        var ending = active.Where(run => run.Stop is not null).ToList();
        if (sawLoss || ending.Count == 0) return;
        RunPass(x, PassKind.First, 0, active.Count, cancellation);
        Record(ending, done);
    }

    private NmfFit Finish(ModelRun run, int iterations, NmfStop stop)
    {
        var (templates, activations) = _workspace.Download(run.Index, run.Model.Rank, run.Scale);
        var fit = new NmfFit(templates, activations, run.Trace, iterations, stop) { Objective = run.Objective, Seconds = run.Seconds };
        return _options.HasUnitTemplates ? TemplateScale.ToUnitNorm(fit, run.Model.FixedCount) : fit;
    }
}
