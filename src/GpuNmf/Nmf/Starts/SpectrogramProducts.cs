using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf.Starts;

/// <summary>Products of X on the device with a few columns, which may have any sign: Y = X V over the bins, Z = X^T Y over the frames.</summary>
internal sealed class SpectrogramProducts : IDisposable
{
    /// <summary>Columns to take at a time where there are many: X is read once for each of so many.</summary>
    internal const int ColumnsAtATime = 32;

    private readonly ISpectrogramBlocks _x;
    private readonly List<IDisposable> _owned = [];
    private readonly ContractionLauncher _launcher;
    private readonly DeviceBuffer<float> _templates, _activations, _partials;

    /// <param name="session">Device.</param>
    /// <param name="x">X.</param>
    /// <param name="bins">F.</param>
    /// <param name="frames">T.</param>
    /// <param name="columns">Columns of V, Y and Z.</param>
    internal SpectrogramProducts(DeviceSession session, ISpectrogramBlocks x, int bins, int frames, int columns)
    {
        _x = x;
        Geometry = NmfGeometry.Of(bins, frames, columns, session.Form);
        try
        {
            _launcher = Own(new ContractionLauncher(session, Geometry));
            _templates = Own(session.Allocate<float>(Geometry.TemplateLength));
            _activations = Own(session.Allocate<float>((long)Geometry.Rows * Geometry.RankPitch));
            _partials = Own(session.Allocate<float>(_launcher.PartialLength));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal NmfGeometry Geometry { get; }

    /// <summary>Bytes on the device.</summary>
    /// <param name="geometry">Its bins and frames count.</param>
    /// <param name="columns">Columns, of which so many are taken at a time as there is room for.</param>
    internal static long Bytes(NmfGeometry geometry, int columns)
    {
        var products = NmfGeometry.Of(geometry.Bins, geometry.Frames, Math.Min(columns, ColumnsAtATime), geometry.Form);
        return sizeof(float) * ((long)products.Rows * products.RankPitch + (products.Slices + 1L) * products.TemplateLength);
    }

    /// <summary>Forms Y = X V on the device.</summary>
    /// <param name="columns">V, bins x columns.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal void OverBins(float[,] columns, CancellationToken cancellation)
    {
        _templates.Upload(FactorLayout.PackTemplates(columns, Geometry, 0));
        foreach (var block in Pass(cancellation)) _launcher.EnqueueOverBins(ArgsOf(block), cancellation);
    }

    /// <summary>Y as [rows][<see cref="NmfGeometry.RankPitch"/>].</summary>
    internal float[] Download() => _activations.Download();

    /// <summary>Sets Y.</summary>
    /// <param name="activations">[rows][<see cref="NmfGeometry.RankPitch"/>], padding zero.</param>
    internal void Upload(float[] activations) => _activations.Upload(activations);

    /// <summary>Z = X^T Y, bins x columns.</summary>
    internal float[,] OverFrames(CancellationToken cancellation)
    {
        foreach (var block in Pass(cancellation)) _launcher.EnqueueOverFrames(ArgsOf(block), cancellation);
        _launcher.EnqueueTree(new ContractionArgs { Partials = _partials.View });
        var packed = new float[Geometry.TemplateLength];
        _partials.Download(packed);
        return FactorLayout.UnpackTemplates(packed, Geometry, Geometry.Rank, 0);
    }

    /// <summary>X^T's rows projected onto any number of columns, as many at a time as there is room for.</summary>
    /// <param name="columns">Bins x columns.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <returns>Columns x frames.</returns>
    internal float[,] Project(float[,] columns, CancellationToken cancellation)
    {
        int count = columns.GetLength(1), frames = Geometry.Frames, pitch = Geometry.RankPitch;
        var projections = new float[count, frames];
        for (int first = 0; first < count; first += Geometry.Rank)
        {
            int some = Math.Min(Geometry.Rank, count - first);
            OverBins(Part(columns, first, some), cancellation);
            float[] rows = Download();
            for (int k = 0; k < some; k++)
                for (int t = 0; t < frames; t++) projections[first + k, t] = rows[(long)t * pitch + k];
        }
        return projections;
    }

    /// <summary>Some columns, with zeros behind them.</summary>
    private float[,] Part(float[,] columns, int first, int count)
    {
        var part = new float[Geometry.Bins, Geometry.Rank];
        for (int f = 0; f < Geometry.Bins; f++)
            for (int k = 0; k < count; k++) part[f, k] = columns[f, first + k];
        return part;
    }

    public void Dispose()
    {
        foreach (var buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    private IEnumerable<SpectrogramBlock> Pass(CancellationToken cancellation) => _x.Pass(Geometry.SliceFrames, ascending: false, cancellation);

    private ContractionArgs ArgsOf(SpectrogramBlock block) => new()
    {
        X = block.Rows.View,
        Templates = _templates.View,
        Activations = _activations.From(block.FirstFrame * (long)Geometry.RankPitch),
        Partials = _partials.From(block.FirstFrame / Geometry.SliceFrames * (long)Geometry.TemplateLength),
        Frames = block.Frames,
    };

    private T Own<T>(T buffer) where T : IDisposable
    {
        _owned.Add(buffer);
        return buffer;
    }
}
