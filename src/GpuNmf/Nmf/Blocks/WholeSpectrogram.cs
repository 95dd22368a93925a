using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;

namespace GpuNmf.Nmf.Blocks;

/// <summary>X that lies on the device as a whole, and belongs to the caller.</summary>
/// <param name="session">Device.</param>
/// <param name="x">[rows][pitch] as the geometry says, padding zero; changed in place when it is conditioned.</param>
/// <param name="geometry">Its bins and frames count, its rank does not.</param>
internal sealed class WholeSpectrogram(DeviceSession session, DeviceBuffer<float> x, NmfGeometry geometry) : ISpectrogramBlocks
{
    private int _exponent;

    public SpectrogramBlock? Whole => Block;

    private SpectrogramBlock Block => new(x, 0, geometry.Frames);

    public void Condition(int exponent, float floor)
    {
        new ConditionLauncher(session).EnqueueApply(ConditionArgs.Of(x, geometry.Bins, geometry.Frames) with { Scale = MathF.ScaleB(1, exponent - _exponent), Floor = floor });
        _exponent = exponent;
    }

    public IEnumerable<SpectrogramBlock> Pass(int sliceFrames, bool ascending, CancellationToken cancellation) => [Block];
}
