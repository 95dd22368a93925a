using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Rows of X that are made once and then come from where they were kept.</summary>
/// <param name="made">Makes them.</param>
/// <param name="kept">Keeps them.</param>
/// <param name="rows">Rows of X.</param>
internal sealed class KeptRows(ISpectrogramRows made, ISpectrogramStore kept, int rows) : ISpectrogramRows
{
    private int _have;

    public bool LoadsBeside => _have == rows && kept.LoadsBeside;

    /// <summary>The first time in the order of the rows, without gaps.</summary>
    public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation)
    {
        if (first + count <= _have)
        {
            kept.Load(first, count, target, cancellation);
            return;
        }
        made.Load(first, count, target, cancellation);
        kept.Save(first, count, target, cancellation);
        _have = first + count;
    }

    public void Dispose()
    {
        made.Dispose();
        kept.Dispose();
    }
}
