using ILGPU.Runtime;

namespace GpuNmf.Devices;

/// <summary>Memory of the host that a device copies to directly, because it stays where it is (pinned).</summary>
internal sealed class HostBuffer<T>(DeviceSession session, PageLockedArray1D<T> memory) : IDisposable where T : unmanaged
{
    internal Span<T> Span => memory.Span;

    /// <summary>The memory as a copy's target.</summary>
    internal ILGPU.ArrayView<T> View => memory.ArrayView;

    public void Dispose() => session.Free(memory);
}
