using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf;

/// <summary>
/// X as factorisations read it, of any rank, seed and divergence: measured once, scaled once, and raised to a divergence's floor when
/// one needs it. It never falls again, so those without a floor come first.
/// </summary>
internal sealed class SharedSpectrogram
{
    private readonly NmfGeometry _geometry;
    private bool _isScaled;
    private double _relativeFloor;

    private SharedSpectrogram(ISpectrogramBlocks blocks, NmfGeometry geometry, double mean, double max)
    {
        _geometry = geometry;
        Blocks = blocks;
        Mean = mean;
        Max = max;
        if (max > 0) Scale = SpectrogramScale.For(mean);
    }

    /// <summary>Its cells.</summary>
    internal ISpectrogramBlocks Blocks { get; }

    /// <summary>F.</summary>
    internal int Bins => _geometry.Bins;

    /// <summary>T.</summary>
    internal int Frames => _geometry.Frames;

    /// <summary>Frames of a slice, as of the geometry that it was measured with.</summary>
    internal int SliceFrames => _geometry.SliceFrames;

    /// <summary>Mean of X in the caller's units.</summary>
    internal double Mean { get; }

    /// <summary>Largest cell in the caller's units; 0: all are.</summary>
    internal double Max { get; }

    /// <summary>From the caller's units to those of the kernels.</summary>
    internal SpectrogramScale Scale { get; }

    /// <summary>Measures X that lies on the device as a whole.</summary>
    /// <param name="session">Device.</param>
    /// <param name="x">[rows][pitch] as the geometry says, padding zero; belongs to the caller, and is changed when a factorisation asks for it.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <exception cref="NotFiniteNumberException">It leaves single precision's range.</exception>
    internal static SharedSpectrogram Measure(DeviceSession session, DeviceBuffer<float> x, NmfGeometry geometry) =>
        Measure(session, new WholeSpectrogram(session, x, geometry), geometry, CancellationToken.None);

    /// <summary>Measures X in one pass over its blocks.</summary>
    /// <param name="session">Device.</param>
    /// <param name="blocks">Raw cells.</param>
    /// <param name="geometry">Its bins and frames count; blocks are whole numbers of its slices.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <exception cref="NotFiniteNumberException">It leaves single precision's range.</exception>
    internal static SharedSpectrogram Measure(DeviceSession session, ISpectrogramBlocks blocks, NmfGeometry geometry, CancellationToken cancellation)
    {
        var condition = new ConditionLauncher(session);
        float[] sums = new float[geometry.Frames], maxima = new float[geometry.Frames];
        foreach (var block in blocks.Pass(geometry.SliceFrames, ascending: true, cancellation))
        {
            using DeviceBuffer<float> rowSums = session.Allocate<float>(block.Frames), rowMaxima = session.Allocate<float>(block.Frames);
            condition.EnqueueMeasure(ConditionArgs.Of(block.Rows, geometry.Bins, block.Frames) with { RowSums = rowSums.View, RowMaxima = rowMaxima.View });
            rowSums.Download(sums.AsSpan(block.FirstFrame, block.Frames));
            rowMaxima.Download(maxima.AsSpan(block.FirstFrame, block.Frames));
        }
        double sum = 0;
        foreach (float row in sums) sum += row;
        double max = maxima.Max();
        if (!double.IsFinite(sum) || !double.IsFinite(max))
            throw new NotFiniteNumberException("The spectrogram overflows single precision; scale the recording down, full scale is 1.", double.IsFinite(sum) ? max : sum);
        return new SharedSpectrogram(blocks, geometry, sum / ((double)geometry.Bins * geometry.Frames), max);
    }

    /// <summary>Scales X where it is not yet, and raises its cells to a share of the largest.</summary>
    /// <exception cref="InvalidOperationException">X was raised higher before.</exception>
    internal void Prepare(double relativeFloor)
    {
        if (relativeFloor < _relativeFloor)
            throw new InvalidOperationException($"The spectrogram was raised to {_relativeFloor} of its largest cell, and is needed at {relativeFloor}: factorise with the lower floor first.");
        if (_isScaled && relativeFloor == _relativeFloor) return;
        Blocks.Condition(Scale.Spectrogram, (float)(relativeFloor * Max * Math.ScaleB(1, Scale.Spectrogram)));
        _isScaled = true;
        _relativeFloor = relativeFloor;
    }
}
