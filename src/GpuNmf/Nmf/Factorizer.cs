using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>
/// Multiplicative updates for one problem shape: templates first, then activations, as scikit-learn's <c>solver='mu'</c>.
/// n iterations are n + 1 passes over X; nothing is allocated, loaded or read back inside one but the loss of every 10th.
/// </summary>
internal sealed class Factorizer : IDisposable
{
    /// <summary>Iterations between two losses and stopping tests.</summary>
    internal const int LossInterval = 10;

    private readonly DeviceSession _session;
    private readonly NmfGeometry _geometry;
    private readonly NmfOptions _options;
    private readonly UpdateRule _rule;
    private readonly INmfKernels _kernels;
    private readonly ConditionLauncher _condition;
    private readonly NmfWorkspace _workspace;
    private readonly float[] _losses;

    /// <summary>Loads the kernels and allocates the workspace. Options and start have been checked against the problem.</summary>
    internal Factorizer(DeviceSession session, NmfGeometry geometry, NmfOptions options)
    {
        _session = session;
        _geometry = geometry;
        _options = options;
        _rule = UpdateRule.For(options);
        _kernels = NmfKernels.Load(session, geometry, _rule.Beta);
        _condition = new ConditionLauncher(session);
        _losses = new float[_kernels.LossLength];
        _workspace = new NmfWorkspace(session, geometry, _rule.Beta, _kernels.LossLength);
    }

    /// <summary>Work of one launch at most for each multiprocessor, so that a cancellation is seen soon: about a tenth of a second on one slow core.
    /// No result depends on it.</summary>
    internal double FlopsOfALaunch { get; init; } = 1e9;

    public void Dispose() => _workspace.Dispose();

    /// <summary>Factorises X, which is scaled in place.</summary>
    /// <param name="x">[rows][pitch] as the geometry says, padding zero.</param>
    /// <param name="progress">Told after each iteration: how many are done, and the last loss computed.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <exception cref="NotFiniteNumberException">X, or the loss of the start, leaves single precision's range.</exception>
    internal NmfFit Run(DeviceBuffer<float> x, Action<int, double>? progress, CancellationToken cancellation)
    {
        var (mean, max) = Measure(x);
        if (max == 0)
        {
            return new NmfFit(
                new float[_geometry.Bins, _geometry.Rank], new float[_geometry.Rank, _geometry.Frames], [new LossPoint(0, 0)], 0, true) { Silent = true };
        }
        var scale = Start(mean);
        var args = ConditionArgs(x);
        args.Scale = MathF.ScaleB(1, scale.Spectrogram);
        args.Floor = (float)(_rule.RelativeFloor * max * Math.ScaleB(1, scale.Spectrogram));
        _condition.EnqueueApply(args);
        return Iterate(x, scale, progress, cancellation);
    }

    private (double Mean, double Max) Measure(DeviceBuffer<float> x)
    {
        _condition.EnqueueMeasure(ConditionArgs(x));
        var rows = _workspace.RowSums.Download();
        double sum = 0;
        for (int t = 0; t < _geometry.Frames; t++) sum += rows[t];
        double max = _workspace.RowMaxima.Download().AsSpan(0, _geometry.Frames).ToArray().Max();
        if (!double.IsFinite(sum) || !double.IsFinite(max))
            throw new NotFiniteNumberException("The spectrogram overflows single precision; scale the recording down, full scale is 1.", double.IsFinite(sum) ? max : sum);
        return (sum / ((double)_geometry.Bins * _geometry.Frames), max);
    }

    private SpectrogramScale Start(double mean)
    {
        var scale = SpectrogramScale.For(mean);
        double scaledMean = Math.ScaleB(mean, scale.Spectrogram);
        float[,] templates = _options.InitialTemplates ?? Rescale(RandomStart.Templates(_geometry.Bins, _geometry.Rank, scaledMean, _options.Seed), -scale.Templates);
        float[,] activations = _options.InitialActivations ?? Rescale(RandomStart.Activations(_geometry.Frames, _geometry.Rank, scaledMean, _options.Seed), -scale.Activations);
        scale = scale.Balanced(Mean(templates), Mean(activations));
        _workspace.Templates.Upload(FactorLayout.PackTemplates(templates, _geometry, scale.Templates));
        _workspace.Activations.Upload(FactorLayout.PackActivations(activations, _geometry, scale.Activations));
        return scale;
    }

    private NmfFit Iterate(DeviceBuffer<float> x, SpectrogramScale scale, Action<int, double>? progress, CancellationToken cancellation)
    {
        var trace = new List<LossPoint>();
        int iterations = _options.MaxIterations, done = 0;
        bool converged = false;
        RunPass(x, PassKind.First, cancellation);
        double start = Math.Sqrt(2 * Record(trace, 0, scale)), before = start;
        while (done < iterations && !converged)
        {
            _kernels.EnqueueTemplates(TemplateArgs());
            _workspace.SwapTemplates();
            done++;
            var pass = done == iterations ? PassKind.Last : done % LossInterval == 0 ? PassKind.InnerLoss : PassKind.Inner;
            RunPass(x, pass, cancellation);
            if (pass != PassKind.Inner)
            {
                double error = Math.Sqrt(2 * Record(trace, done, scale));
                converged = done % LossInterval == 0 && _options.Tolerance > 0 && (before - error) / start < _options.Tolerance;
                before = error;
            }
            progress?.Invoke(done, trace[^1].Loss);
        }
        return Finish(scale, trace, done, converged);
    }

    private void RunPass(DeviceBuffer<float> x, PassKind pass, CancellationToken cancellation)
    {
        var args = PassArgs(x);
        double flopsOfASlice = 12.0 * _geometry.Pitch * _geometry.SliceFrames * _geometry.Rank;
        int atATime = Math.Max(_session.Accelerator.NumMultiprocessors, (int)Math.Min(_geometry.Slices, _session.Accelerator.NumMultiprocessors * FlopsOfALaunch / flopsOfASlice));
        for (args.FirstSlice = 0; args.FirstSlice < _geometry.Slices; args.FirstSlice += atATime)
        {
            cancellation.ThrowIfCancellationRequested();
            _kernels.EnqueuePass(pass, args, Math.Min(atATime, _geometry.Slices - args.FirstSlice));
        }
    }

    private double Record(List<LossPoint> trace, int iteration, SpectrogramScale scale)
    {
        _workspace.Losses.Download(_losses);
        double loss = 0;
        foreach (float part in _losses) loss += part;
        if (!double.IsFinite(loss))
            throw new NotFiniteNumberException($"The loss is {loss}: InitialTemplates and InitialActivations leave single precision's range together; scale them so that their product is near the spectrogram.", loss);
        loss = Math.Max(0, scale.UnscaleLoss(loss, _rule.Beta));
        trace.Add(new LossPoint(iteration, loss));
        return loss;
    }

    private NmfFit Finish(SpectrogramScale scale, List<LossPoint> trace, int iterations, bool converged)
    {
        var templates = FactorLayout.UnpackTemplates(_workspace.Templates.Download(), _geometry, -scale.Templates);
        var activations = FactorLayout.UnpackActivations(_workspace.Activations.Download(), _geometry, -scale.Activations);
        return new NmfFit(templates, activations, trace, iterations, converged);
    }

    private static double Mean(float[,] values)
    {
        double sum = 0;
        foreach (float value in values) sum += value;
        return sum / values.Length;
    }

    private static float[,] Rescale(float[,] values, int exponent)
    {
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                values[i, j] = MathF.ScaleB(values[i, j], exponent);
        return values;
    }

    private ConditionArgs ConditionArgs(DeviceBuffer<float> x) => new()
    {
        X = x.View,
        RowSums = _workspace.RowSums.View,
        RowMaxima = _workspace.RowMaxima.View,
        Bins = _geometry.Bins,
        Pitch = _geometry.Pitch,
        Frames = _geometry.Frames,
    };

    private PassArgs PassArgs(DeviceBuffer<float> x) => new()
    {
        X = x.View,
        Templates = _workspace.Templates.View,
        TemplatesToUpdate = _workspace.Templates.View,
        ActivationsFrom = _workspace.Activations.View,
        Activations = _workspace.Activations.View,
        TemplateSums = _workspace.TemplateSums.View,
        TemplateGram = _workspace.TemplateGram.View,
        Numerators = _workspace.Numerators.View,
        Denominators = _workspace.Denominators.View,
        ActivationSums = _workspace.ActivationSums.View,
        ActivationGrams = _workspace.ActivationGrams.View,
        Losses = _workspace.Losses.View,
        Bins = _geometry.Bins,
        Pitch = _geometry.Pitch,
        Frames = _geometry.Frames,
        Rank = _geometry.Rank,
        RankPitch = _geometry.RankPitch,
        SliceFrames = _geometry.SliceFrames,
        Epsilon = _rule.Epsilon,
        Beta = _rule.Beta,
        Exponent = _rule.Exponent,
        Floor = _rule.FactorFloor,
    };

    private TemplateArgs TemplateArgs() => new()
    {
        From = _workspace.Templates.View,
        To = _workspace.NextTemplates.View,
        Numerators = _workspace.Numerators.View,
        Denominators = _workspace.Denominators.View,
        ActivationSums = _workspace.ActivationSums.View,
        ActivationGrams = _workspace.ActivationGrams.View,
        TemplateSums = _workspace.TemplateSums.View,
        TemplateGram = _workspace.TemplateGram.View,
        Bins = _geometry.Bins,
        Pitch = _geometry.Pitch,
        Rank = _geometry.Rank,
        RankPitch = _geometry.RankPitch,
        Slices = _geometry.Slices,
        Exponent = _rule.Exponent,
        Floor = _rule.FactorFloor,
    };
}
