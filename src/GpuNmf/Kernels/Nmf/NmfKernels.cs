using GpuNmf.Devices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>Chooses the form of the update kernels.</summary>
internal static class NmfKernels
{
    internal static INmfKernels Load(DeviceSession session, NmfGeometry geometry, double beta, bool descends = false, bool sparse = false) => session.Form == KernelForm.Strip
        ? StripNmfKernels.Load(session, geometry, beta, descends)
        : new TileNmfKernels(session, geometry, beta, descends: descends, sparse: sparse);
}
