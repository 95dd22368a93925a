using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Sweep;

namespace GpuNmf.Cli;

/// <summary>The engine as the commands see it; tests put their own in its place.</summary>
internal interface IEngine
{
    /// <inheritdoc cref="DeviceCatalog.List"/>
    IReadOnlyList<DeviceEntry> ListDevices();

    /// <summary>Opens the device, learns the templates of one recording and closes the device.</summary>
    LearnResult Learn(DeviceRequest device, MemoryOptions memory, IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation);

    /// <summary>Opens the device for separations; whoever disposes the separator closes the device.</summary>
    ISeparator OpenSeparator(DeviceRequest device);

    /// <summary>Opens the device, factorises one recording at many ranks and closes the device.</summary>
    SweepResult Sweep(
        DeviceRequest device,
        MemoryOptions memory,
        IAudioSource recording,
        SweepOptions options,
        ISweepStore store,
        IProgress<SeparationProgress> progress,
        CancellationToken cancellation);
}
