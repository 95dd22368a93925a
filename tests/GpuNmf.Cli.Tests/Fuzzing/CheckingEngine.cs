using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Tests.Fuzzing;

/// <summary>Asserts that what reaches the engine is valid, and then mostly fails in one of the engine's ways; sometimes a toy works.</summary>
internal sealed class CheckingEngine(Random random) : IEngine
{
    private const int MostRank = 8, MostFftLength = 512;

    private readonly ToyEngine _toy = new();

    public IReadOnlyList<DeviceEntry> ListDevices() => _toy.ListDevices();

    public LearnResult Learn(DeviceRequest device, MemoryOptions memory, IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        options.ValidateFor(recording);
        FailSometimes(new NothingToLearnException("silent"));
        return _toy.Learn(device, memory, recording, Small(options), progress, cancellation);
    }

    public ISeparator OpenSeparator(DeviceRequest device) => new Separator(this, _toy.OpenSeparator(device));

    private sealed class Separator(CheckingEngine engine, ISeparator toy) : ISeparator
    {
        public SeparationResult Separate(
            IAudioSource recording, IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation)
        {
            options.ValidateFor(recording);
            place.Memory.Validate();
            engine.FailSometimes(new NotFiniteNumberException("Sample 1 is NaN."));
            return toy.Separate(recording, sink, Small(options), place, progress, cancellation);
        }

        public SeparationPlan Plan(IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation)
        {
            options.ValidateFor(recording);
            memory.Validate();
            engine.FailSometimes(new DeviceMemoryException("The limit is too low."));
            return toy.Plan(recording, options, memory, cancellation);
        }

        public void Dispose() => toy.Dispose();
    }

    public SweepResult Sweep(
        DeviceRequest device, MemoryOptions memory, IAudioSource recording, SweepOptions options, ISweepStore store, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        options.ValidateFor(recording);
        // Pictures are slow to draw, and none is different here from those of other tests.
        Fail(new NotFiniteNumberException("Sample 1 is NaN."));
        throw new InvalidOperationException("unreachable");
    }

    private void FailSometimes(Exception own)
    {
        if (random.Next(4) > 0) Fail(own);
    }

    private void Fail(Exception own) => throw random.Next(8) switch
    {
        0 => new DeviceUnavailableException("There is no device."),
        1 => new DeviceMemoryException("The device is\ntoo small."),
        2 => new InsufficientMemoryException(),
        3 => new AudioFormatException("The file has become shorter."),
        4 => new IOException("The disk is gone."),
        5 => new OperationCanceledException(),
        6 => new DeviceLostException("The device stopped working."),
        _ => own,
    };

    // The toy reports every iteration and fills whole matrices.
    private static SeparationOptions Small(SeparationOptions options)
    {
        if (options.Nmf.Rank > MostRank || options.Stft.FftLength > MostFftLength) throw new DeviceMemoryException("The toy is small.");
        return options with { Nmf = options.Nmf with { MaxIterations = 2, Restarts = 1 } };
    }
}
