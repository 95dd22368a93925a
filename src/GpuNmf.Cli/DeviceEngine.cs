using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Sweep;

namespace GpuNmf.Cli;

/// <summary>The real engine.</summary>
internal sealed class DeviceEngine : IEngine
{
    public IReadOnlyList<DeviceEntry> ListDevices() => DeviceCatalog.List();

    public LearnResult Learn(DeviceRequest device, MemoryOptions memory, IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        using var separator = new SourceSeparator(device, memory);
        return separator.Learn(recording, options, progress, cancellation);
    }

    public ISeparator OpenSeparator(DeviceRequest device) => new DeviceSeparator(new SourceSeparator(device));

    public SweepResult Sweep(
        DeviceRequest device,
        MemoryOptions memory,
        IAudioSource recording,
        SweepOptions options,
        ISweepStore store,
        IProgress<SeparationProgress> progress,
        CancellationToken cancellation)
    {
        using var sweep = new RankSweep(device, memory);
        return sweep.Run(recording, options, store, progress, cancellation);
    }

    private sealed class DeviceSeparator(SourceSeparator separator) : ISeparator
    {
        public SeparationResult Separate(
            IAudioSource recording, IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation)
        {
            separator.Memory = place.Memory;
            return separator.Separate(recording, sink, options, progress, place.Checkpoints, cancellation);
        }

        public SeparationPlan Plan(IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation)
        {
            separator.Memory = memory;
            return separator.Plan(recording, options, cancellation);
        }

        public void Dispose() => separator.Dispose();
    }
}
