using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>The end of a factorisation whose fixed templates adapt: from where it stands, all templates are updated.</summary>
internal static class Adaptation
{
    /// <summary>The fits as they are, or after <see cref="NmfOptions.AdaptIterations"/> more iterations.</summary>
    /// <param name="session">Device.</param>
    /// <param name="geometry">Shape.</param>
    /// <param name="x">X, as the fits found it.</param>
    /// <param name="options">What the fits were made with.</param>
    /// <param name="fits">A fit a start.</param>
    /// <param name="atATime">Models at a time.</param>
    /// <param name="progress">Told the iterations done, and the lowest loss.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal static NmfFit[] Of(
        DeviceSession session, NmfGeometry geometry, SharedSpectrogram x, NmfOptions options, NmfFit[] fits, int atATime, Action<int, double> progress, CancellationToken cancellation)
    {
        if (options.AdaptIterations == 0 || x.Max == 0) return fits;
        NmfModel[] models = [.. fits.Select((fit, i) => new NmfModel(options.Rank, options.Seed + (ulong)i)
        {
            InitialTemplates = fit.Templates,
            InitialActivations = fit.Activations,
            ActivationSupport = options.ActivationSupport,
        })];
        using var factorizer = new Factorizer(session, geometry, options with { MaxIterations = options.AdaptIterations, Tolerance = 0, TargetLoss = null, TimeLimit = null, FixedTemplates = null, AdaptIterations = 0 }, atATime, long.MaxValue);
        var adapted = factorizer.Run(x, models, progress, cancellation);
        return [.. fits.Zip(adapted, Join)];
    }

    private static NmfFit Join(NmfFit first, NmfFit second) => second with
    {
        LossTrace = [.. first.LossTrace, .. second.LossTrace.Skip(1).Select(point => point with { Iteration = point.Iteration + first.Iterations })],
        Iterations = first.Iterations + second.Iterations,
        Stop = first.Stop,
        Seconds = first.Seconds + second.Seconds,
    };
}
