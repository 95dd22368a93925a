using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf;

/// <summary>Everything that one factorisation keeps on the device beside X; allocated once.</summary>
internal sealed class NmfWorkspace : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    internal NmfWorkspace(DeviceSession session, NmfGeometry geometry, double beta, long lossLength)
    {
        bool gram = beta == 2, sums = beta == 1;
        long templates = geometry.TemplateLength, slices = geometry.Slices, rankPitch = geometry.RankPitch;
        try
        {
            Templates = Own(session.Allocate<float>(templates));
            NextTemplates = Own(session.Allocate<float>(templates));
            Activations = Own(session.Allocate<float>(geometry.Rows * rankPitch));
            TemplateSums = Own(session.Allocate<float>(geometry.BinSlices * rankPitch));
            TemplateGram = Own(session.Allocate<float>(gram ? geometry.BinSlices * rankPitch * rankPitch : 1));
            Numerators = Own(session.Allocate<float>(slices * templates));
            Denominators = Own(session.Allocate<float>(gram || sums ? 1 : slices * templates));
            ActivationSums = Own(session.Allocate<float>(sums ? slices * rankPitch : 1));
            ActivationGrams = Own(session.Allocate<float>(gram ? slices * rankPitch * rankPitch : 1));
            Losses = Own(session.Allocate<float>(lossLength));
            RowSums = Own(session.Allocate<float>(geometry.Rows));
            RowMaxima = Own(session.Allocate<float>(geometry.Rows));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal DeviceBuffer<float> Templates { get; private set; }

    internal DeviceBuffer<float> NextTemplates { get; private set; }

    internal DeviceBuffer<float> Activations { get; }

    internal DeviceBuffer<float> TemplateSums { get; }

    internal DeviceBuffer<float> TemplateGram { get; }

    internal DeviceBuffer<float> Numerators { get; }

    internal DeviceBuffer<float> Denominators { get; }

    internal DeviceBuffer<float> ActivationSums { get; }

    internal DeviceBuffer<float> ActivationGrams { get; }

    internal DeviceBuffer<float> Losses { get; }

    internal DeviceBuffer<float> RowSums { get; }

    internal DeviceBuffer<float> RowMaxima { get; }

    /// <summary>The templates just made become the current ones.</summary>
    internal void SwapTemplates() => (Templates, NextTemplates) = (NextTemplates, Templates);

    public void Dispose()
    {
        foreach (var buffer in _owned) buffer.Dispose();
        _owned.Clear();
    }

    private DeviceBuffer<float> Own(DeviceBuffer<float> buffer)
    {
        _owned.Add(buffer);
        return buffer;
    }
}
