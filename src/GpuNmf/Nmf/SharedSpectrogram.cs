using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>
/// X as factorisations read it, of any rank, seed and divergence: measured once, scaled in place once, and raised to a divergence's floor when
/// one needs it. It never falls again, so those without a floor come first.
/// </summary>
internal sealed class SharedSpectrogram
{
    private readonly ConditionLauncher _condition;
    private readonly NmfGeometry _geometry;
    private bool _isScaled;
    private double _relativeFloor;

    private SharedSpectrogram(ConditionLauncher condition, DeviceBuffer<float> x, NmfGeometry geometry, double mean, double max)
    {
        _condition = condition;
        _geometry = geometry;
        X = x;
        Mean = mean;
        Max = max;
        if (max > 0) Scale = SpectrogramScale.For(mean);
    }

    /// <summary>[rows][pitch].</summary>
    internal DeviceBuffer<float> X { get; }

    /// <summary>F.</summary>
    internal int Bins => _geometry.Bins;

    /// <summary>T.</summary>
    internal int Frames => _geometry.Frames;

    /// <summary>Mean of X in the caller's units.</summary>
    internal double Mean { get; }

    /// <summary>Largest cell in the caller's units; 0: all are.</summary>
    internal double Max { get; }

    /// <summary>From the caller's units to those of the kernels.</summary>
    internal SpectrogramScale Scale { get; }

    /// <summary>Measures X.</summary>
    /// <param name="session">Device.</param>
    /// <param name="x">[rows][pitch] as the geometry says, padding zero; belongs to the caller, and is changed when a factorisation asks for it.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <exception cref="NotFiniteNumberException">It leaves single precision's range.</exception>
    internal static SharedSpectrogram Measure(DeviceSession session, DeviceBuffer<float> x, NmfGeometry geometry)
    {
        var condition = new ConditionLauncher(session);
        using var sums = session.Allocate<float>(geometry.Rows);
        using var maxima = session.Allocate<float>(geometry.Rows);
        condition.EnqueueMeasure(Args(x, geometry) with { RowSums = sums.View, RowMaxima = maxima.View });
        var rows = sums.Download();
        double sum = 0;
        for (int t = 0; t < geometry.Frames; t++) sum += rows[t];
        double max = maxima.Download().AsSpan(0, geometry.Frames).ToArray().Max();
        if (!double.IsFinite(sum) || !double.IsFinite(max))
            throw new NotFiniteNumberException("The spectrogram overflows single precision; scale the recording down, full scale is 1.", double.IsFinite(sum) ? max : sum);
        return new SharedSpectrogram(condition, x, geometry, sum / ((double)geometry.Bins * geometry.Frames), max);
    }

    /// <summary>Scales X where it is not yet, and raises its cells to a share of the largest.</summary>
    /// <exception cref="InvalidOperationException">X was raised higher before.</exception>
    internal void Prepare(double relativeFloor)
    {
        if (relativeFloor < _relativeFloor)
            throw new InvalidOperationException($"The spectrogram was raised to {_relativeFloor} of its largest cell, and is needed at {relativeFloor}: factorise with the lower floor first.");
        if (_isScaled && relativeFloor == _relativeFloor) return;
        _condition.EnqueueApply(Args(X, _geometry) with
        {
            Scale = _isScaled ? 1 : MathF.ScaleB(1, Scale.Spectrogram),
            Floor = (float)(relativeFloor * Max * Math.ScaleB(1, Scale.Spectrogram)),
        });
        _isScaled = true;
        _relativeFloor = relativeFloor;
    }

    private static ConditionArgs Args(DeviceBuffer<float> x, NmfGeometry geometry) => new()
    {
        X = x.View,
        // Scaling writes neither; a driver is not given an empty view.
        RowSums = x.View,
        RowMaxima = x.View,
        Bins = geometry.Bins,
        Pitch = geometry.Pitch,
        Frames = geometry.Frames,
    };
}
