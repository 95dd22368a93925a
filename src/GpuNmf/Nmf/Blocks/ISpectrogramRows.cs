using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Where rows of X come from that do not stay on the device.</summary>
internal interface ISpectrogramRows : IDisposable
{
    /// <summary>True where <see cref="Load"/> may run on a thread of its own beside the session's work: it only copies.</summary>
    bool LoadsBeside { get; }

    /// <summary>Raw cells of some rows, to the front of a buffer that nothing enqueued uses. Enqueued, or there when it returns.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Their number.</param>
    /// <param name="target">Receives [count][pitch], the padding of the columns too.</param>
    /// <param name="cancellation">Looked at on the way.</param>
    void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation);
}
