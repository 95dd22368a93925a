using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Keeps rows of X off the device.</summary>
internal interface ISpectrogramStore : ISpectrogramRows
{
    /// <summary>Keeps some rows, after everything enqueued so far.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">Their number.</param>
    /// <param name="source">[count][pitch] at its front.</param>
    /// <param name="cancellation">Looked at on the way.</param>
    void Save(int first, int count, DeviceBuffer<float> source, CancellationToken cancellation);
}
