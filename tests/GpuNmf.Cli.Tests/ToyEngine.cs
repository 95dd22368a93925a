using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Tests;

/// <summary>Stands in for the engine: every stem is a share of the recording, and what was asked of it is kept.</summary>
internal sealed class ToyEngine : IEngine
{
    private const int BlockFrames = 1000;

    public DeviceRequest? Device { get; private set; }

    public SeparationOptions? Options { get; private set; }

    public MemoryOptions? Memory { get; private set; }

    public CheckpointOptions? Checkpoints { get; private set; }

    public IAudioSource? Recording { get; private set; }

    /// <summary>Called with the token after the first block of the stems is written.</summary>
    public Action<CancellationToken>? InTheMidst { get; init; }

    /// <summary>Called when all of the stems is written.</summary>
    public Action? AtTheEnd { get; init; }

    public double ResidualDb { get; init; } = double.NegativeInfinity;

    public float Gain { get; init; } = 1;

    /// <summary>Of a separation.</summary>
    public string Warning { get; init; } = "The engine is a toy.";

    public IReadOnlyList<DeviceEntry> ListDevices() =>
    [
        new(DeviceKind.Cuda, -1, "CUDA", 0, 0, "there is no driver"),
        new(DeviceKind.OpenCL, 0, "Toy [GPU]", 3L << 30, 12, null),
        new(DeviceKind.Cpu, 0, "Toy processor", 0, 2, null),
    ];

    /// <summary>Objective of a model of a sweep with its loss; null is the loss.</summary>
    public Func<SweepKey, double, double>? ObjectiveOf { get; init; }

    /// <summary>Called before anything is learnt.</summary>
    public Action? BeforeLearning { get; init; }

    /// <summary>Why learning ends.</summary>
    public NmfStop LearnStop { get; init; } = NmfStop.MaxIterations;

    public LearnResult Learn(DeviceRequest device, MemoryOptions memory, IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        (Device, Memory, Recording, Options) = (device, memory, recording, options);
        cancellation.ThrowIfCancellationRequested();
        BeforeLearning?.Invoke();
        RestartOutcome[] restarts = [.. Enumerable.Range(0, options.Nmf.Restarts).Select(i => new RestartOutcome(options.Nmf.Seed + (ulong)i, 0.1 + 0.2 + i, 40, true))];
        return new LearnResult
        {
            Dictionary = new LearntTemplates
            {
                Templates = Fill(options.Stft.Bins, options.Nmf.Rank),
                SampleRateHz = recording.SampleRateHz,
                FftLength = options.Stft.FftLength,
                WindowLength = options.Stft.EffectiveWindowLength,
                Window = options.Stft.Window,
                Beta = options.Nmf.Beta,
            },
            LossTrace = [new(0, 100), new(40, 0.1 + 0.2)],
            Iterations = 40,
            Stop = LearnStop,
            Seed = options.Nmf.Seed,
            Restarts = restarts,
            Device = ListDevices()[2],
            Kind = "toy-1",
            Warnings = [],
        };
    }

    /// <summary>Times that the device was opened for separations, and closed.</summary>
    public int Opened { get; private set; }

    /// <inheritdoc cref="Opened"/>
    public int Closed { get; private set; }

    /// <summary>Called when the device is opened for separations.</summary>
    public Action? OnOpening { get; init; }

    public ISeparator OpenSeparator(DeviceRequest device)
    {
        Device = device;
        Opened++;
        OnOpening?.Invoke();
        return new Separator(this);
    }

    private sealed class Separator(ToyEngine engine) : ISeparator
    {
        public SeparationResult Separate(
            IAudioSource recording, IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation)
        {
            engine.Memory = place.Memory;
            engine.Checkpoints = place.Checkpoints;
            return engine.Separate(recording, sink, options, progress, cancellation);
        }

        public SeparationPlan Plan(IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation)
        {
            (engine.Recording, engine.Options, engine.Memory) = (recording, options, memory);
            return new SeparationPlan
            {
                DeviceBytes = 2_500_000_000,
                HostBytes = 40_000_000,
                DiskBytes = 0,
                CheckpointBytes = 1_000_000,
                SpectrogramBytes = 13_100_000_000,
                Storage = SpectrogramStorage.Recomputed,
                Blocks = 24,
                Passes = options.Nmf.MaxIterations + 1,
                Timings = new StageTimings(5, 55, 8000, 300),
                Device = engine.ListDevices()[2],
            };
        }

        public void Dispose() => engine.Closed++;
    }

    private SeparationResult Separate(
        IAudioSource recording, IStemSink sink, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        (Recording, Options) = (recording, options);
        cancellation.ThrowIfCancellationRequested();
        progress.Report(new(SeparationStage.Transforming, recording.Length, recording.Length, null));
        for (int i = 0; i <= options.Nmf.MaxIterations; i++)
            progress.Report(new(SeparationStage.Factorising, i, options.Nmf.MaxIterations, 100.0 / (i + 1)));
        WriteStems(recording, sink, options.Grouping?.Sources ?? options.Nmf.Rank, cancellation);
        if (options.Grouping?.ComponentSink is { } components) WriteStems(recording, components, options.Nmf.Rank, cancellation);
        AtTheEnd?.Invoke();
        long frames = options.Stft.FrameCount(recording.Length);
        return new SeparationResult
        {
            Templates = Fill(options.Stft.Bins, options.Nmf.Rank),
            Activations = Fill(options.Nmf.Rank, (int)frames),
            SourceOfComponent = options.Grouping is { } grouping ? [.. Enumerable.Range(0, options.Nmf.Rank).Select(k => k % grouping.Sources)] : null,
            LossTrace = [new(0, 100), new(options.Nmf.MaxIterations, 0.1 + 0.2)],
            Iterations = options.Nmf.MaxIterations,
            Stop = NmfStop.MaxIterations,
            Seed = options.Nmf.Seed,
            Restarts = [new RestartOutcome(options.Nmf.Seed, 0, 1, false)],
            ConservationResidualDb = ResidualDb,
            Bins = options.Stft.Bins,
            Frames = frames,
            Device = ListDevices()[2],
            Kind = "toy-1",
            Warnings = [Warning],
            Timings = new(0.1, 0.2, 0.3, 0.4),
            Storage = SpectrogramStorage.Device,
            PeakDeviceBytes = 4096,
        };
    }

    /// <summary>The options of a sweep.</summary>
    public SweepOptions? SweepOptions { get; private set; }

    /// <summary>Models of a sweep that were computed, in this order.</summary>
    public List<SweepKey> Computed { get; } = [];

    /// <summary>Called when a model of a sweep is stored.</summary>
    public Action? AfterModel { get; init; }

    /// <summary>Kind of device that a sweep runs on.</summary>
    public string Kind { get; init; } = "toy-1";

    public SweepResult Sweep(
        DeviceRequest device, MemoryOptions memory, IAudioSource recording, SweepOptions options, ISweepStore store, IProgress<SeparationProgress> progress, CancellationToken cancellation)
    {
        (Device, Memory, Recording, SweepOptions) = (device, memory, recording, options);
        long frames = options.Stft.FrameCount(recording.Length);
        store.Begin(new SweepSetting("cpu", "Toy processor", Kind, options.Stft.Bins, frames));
        var summaries = new List<RankSummary>();
        foreach (double beta in options.Betas)
            foreach (int rank in options.Ranks)
                summaries.Add(RankSummary.Of(
                    [.. Enumerable.Range(0, options.Nmf.Restarts).Select(i => Model(new SweepKey(beta, rank, options.Nmf.Seed + (ulong)i), store, cancellation))], 200, cancellation));
        return new SweepResult
        {
            Summaries = summaries,
            Picks = [.. summaries.Chunk(options.Ranks.Count).Select(ranks => RankPick.Of(ranks))],
            Bins = options.Stft.Bins,
            Frames = frames,
            Device = ListDevices()[2],
            Kind = Kind,
            Warnings = ["The engine is a toy; raise MaxIterations."],
            Timings = new(0.1, 0.2, 0.3, 0),
            PeakDeviceBytes = 4096,
        };
    }

    /// <summary>Up to rank 3 every start finds the same templates; above, each finds its own. Of three starts the second is the best.</summary>
    private SweepModel Model(SweepKey key, ISweepStore store, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (store.Load(key) is { } before) return before;
        var templates = new float[4 * 256, key.Rank];
        for (int k = 0; k < key.Rank; k++) templates[4 * k + (key.Rank > 3 ? (int)(key.Seed % 4) : 0), k] = 1 + k;
        double loss = (100.0 / key.Rank + (key.Seed + 2) % 3) / (1 + key.Beta / 3);
        var model = new SweepModel(key, loss, 10 + key.Rank, true, 0.5, templates, new float[key.Rank, 7 + (int)(key.Seed % 100)]) { Objective = ObjectiveOf?.Invoke(key, loss) ?? loss };
        store.Save(model);
        Computed.Add(key);
        AfterModel?.Invoke();
        return model;
    }

    private void WriteStems(IAudioSource recording, IStemSink sink, int rank, CancellationToken cancellation)
    {
        sink.Begin(new StemFormat(rank, recording.Channels, recording.SampleRateHz, recording.Length));
        var block = new float[BlockFrames * recording.Channels];
        for (long start = 0; start < recording.Length; start += BlockFrames)
        {
            Span<float> part = block.AsSpan(0, (int)Math.Min(BlockFrames, recording.Length - start) * recording.Channels);
            for (int k = 0; k < rank; k++)
            {
                recording.Read(start, part);
                foreach (ref float sample in part) sample *= Gain * (rank - k) / (rank * (rank + 1) / 2);
                sink.Write(k, start, part);
            }
            if (start == 0) InTheMidst?.Invoke(cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static float[,] Fill(int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = i + j / 16f;
        return values;
    }
}
