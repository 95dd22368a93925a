using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Sweep;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>Every stage tells how far it is, up to its end, and can be stopped; a device that was stopped is as good as new.</summary>
public sealed class StageTests
{
    private static readonly AudioBuffer s_recording = TestSignals.Recording(TestSignals.Tones(3007, 1), TestSignals.Noise(3007, 2));

    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 128, HopLength = 40 },
        Nmf = new NmfOptions { Rank = 4, MaxIterations = 12, Seed = 1 },
        Grouping = new GroupingOptions { Sources = 2, Method = GroupingMethod.Examples, Examples = [Example(3), Example(4)] },
    };

    public static IEnumerable<object[]> Stages => Enum.GetValues<SeparationStage>().Select(stage => new object[] { stage });

    /// <summary>What stops early, tells a second factorisation, has several batches, or nothing to do.</summary>
    public static TheoryData<string, SeparationOptions> Ways => new()
    {
        { "all iterations", s_options },
        { "stops early", s_options with { Nmf = s_options.Nmf with { MaxIterations = 500, Tolerance = 0.05 } } },
        { "restarts", s_options with { Nmf = s_options.Nmf with { MaxIterations = 300, Tolerance = 0.02, Restarts = 3 } } },
        { "adapts", s_options with { Nmf = s_options.Nmf with { FixedTemplates = Ones(65, 2), MaxIterations = 200, Tolerance = 0.05, AdaptIterations = 7 } } },
        { "descends", s_options with { Nmf = s_options.Nmf with { Solver = NmfSolver.CoordinateDescent, Beta = 2, MaxIterations = 100, Tolerance = 0.05 } } },
        { "mfcc", s_options with { Grouping = new GroupingOptions { Sources = 2 } } },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_stage_rises_to_its_total(string way, SeparationOptions options)
    {
        var told = new List<SeparationProgress>();
        Separate(Lane.Cpu, new StemBuffer(), options, new Told<SeparationProgress>(told.Add), cancellation: Token);

        Assert.Equal(Enum.GetValues<SeparationStage>(), told.Select(p => p.Stage).Distinct());
        AssertRises(told, way);
        Assert.Equal(told.OrderBy(p => p.Stage), told);
    }

    [Fact]
    public void Silence_has_all_stages_too()
    {
        var told = new List<SeparationProgress>();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        new SourceSeparator(Lane.Session(Lane.Cpu)).Separate(TestSignals.Recording(new float[3007]), new StemBuffer(), s_options, new Told<SeparationProgress>(told.Add), cancellation: Token);
#pragma warning restore CA2000

        Assert.Equal(Enum.GetValues<SeparationStage>(), told.Select(p => p.Stage).Distinct());
        AssertRises(told, "silence");
    }

    [Theory, OnEveryDevice(nameof(Stages), RealOnly = true)]
    public void A_stage_that_is_stopped_leaves_no_file_and_the_device_as_good_as_new(string lane, SeparationStage stage)
    {
        using var folder = new TempFolder();
        using var stop = new CancellationTokenSource();
        using var files = new WavStemSink(folder.Path, WavEncoding.Float32);
        var stopping = new Told<SeparationProgress>(p =>
        {
            if (p.Stage == stage) stop.Cancel();
            // What runs on has not looked at the token.
            Assert.True(p.Stage <= stage, $"{lane}: {p} after {stage} was stopped");
        });
        var before = Separate(lane, new StemBuffer(), s_options, null, Token);

        Assert.ThrowsAny<OperationCanceledException>(() => Separate(lane, files, s_options, stopping, stop.Token));
        files.Discard();

        Assert.Empty(Directory.GetFiles(folder.Path));
        var after = new StemBuffer();
        AssertSame(before, Separate(lane, after, s_options, null, Token));
        Assert.Equal(2, after.Stems.Count);
    }

    /// <summary>Nothing is told between the spectrogram and the first iteration: starts look at the token themselves.</summary>
    [Theory]
    [InlineData(NmfInitialization.Random)]
    [InlineData(NmfInitialization.NndsvdA)]
    [InlineData(NmfInitialization.KMeans)]
    public void A_start_can_be_stopped(NmfInitialization start)
    {
        using var stop = new CancellationTokenSource();
        var told = new List<SeparationProgress>();
        var options = s_options with { Nmf = s_options.Nmf with { Initialization = start } };
        var stopping = new Told<SeparationProgress>(p =>
        {
            told.Add(p);
            if (p.Completed == p.Total) stop.Cancel();
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Separate(Lane.Cpu, new StemBuffer(), options, stopping, stop.Token));

        Assert.Equal(SeparationStage.Transforming, told[^1].Stage);
    }

    [Fact]
    public void An_adaptation_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        var options = s_options with { Nmf = s_options.Nmf with { FixedTemplates = Ones(65, 2), AdaptIterations = 20 } };
        var told = new List<SeparationProgress>();
        var stopping = new Told<SeparationProgress>(p =>
        {
            told.Add(p);
            if (p.Stage == SeparationStage.Factorising && p.Completed > 12) stop.Cancel();
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Separate(Lane.Cpu, new StemBuffer(), options, stopping, stop.Token));

        Assert.InRange(told[^1].Completed, 13, 31);
    }

    /// <summary>The last that an example tells comes before the grouping itself.</summary>
    [Theory]
    [InlineData(GroupingMethod.Mfcc)]
    [InlineData(GroupingMethod.Envelope)]
    [InlineData(GroupingMethod.Examples)]
    public void A_grouping_can_be_stopped(GroupingMethod method)
    {
        var options = new GroupingOptions { Sources = 2, Method = method };

        Assert.Throws<OperationCanceledException>(() => ComponentGroups.Of(options, Ones(65, 4), Ones(4, 30), 8000, [Ones(65, 8), Ones(65, 8)], new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(SeparationStage.Transforming)]
    [InlineData(SeparationStage.Factorising)]
    public void Learning_can_be_stopped_and_rises_to_its_totals(SeparationStage stage)
    {
        using var stop = new CancellationTokenSource();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        var told = new List<SeparationProgress>();
        var before = separator.Learn(s_recording, s_options, new Told<SeparationProgress>(told.Add), cancellation: Token);
        AssertRises(told, "learn");

        Assert.ThrowsAny<OperationCanceledException>(() => separator.Learn(s_recording, s_options, new Told<SeparationProgress>(p =>
        {
            if (p.Stage == stage) stop.Cancel();
        }), stop.Token));

        Assert.Equal(before.Dictionary.Templates, separator.Learn(s_recording, s_options, null, Token).Dictionary.Templates);
    }

    [Theory]
    [InlineData(SeparationStage.Transforming)]
    [InlineData(SeparationStage.Factorising)]
    public void A_sweep_can_be_stopped_and_rises_to_its_totals(SeparationStage stage)
    {
        using var stop = new CancellationTokenSource();
        var options = new SweepOptions { Ranks = [2, 3], Stft = s_options.Stft, Nmf = new NmfOptions { Restarts = 2, MaxIterations = 100, Tolerance = 0.05 } };
#pragma warning disable CA2000 // Disposing the sweep would close the session, which the lanes share.
        var sweep = new RankSweep(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        var told = new List<SeparationProgress>();
        MemoryStore before = new(), stopped = new(), after = new();
        sweep.Run(s_recording, options, before, new Told<SeparationProgress>(told.Add), cancellation: Token);
        AssertRises(told, "sweep");

        Assert.ThrowsAny<OperationCanceledException>(() => sweep.Run(s_recording, options, stopped, new Told<SeparationProgress>(p =>
        {
            if (p.Stage == stage) stop.Cancel();
        }), stop.Token));

        Assert.True(stopped.Saved.Count < 4, "all models were computed");
        sweep.Run(s_recording, options, after, null, Token);
        Assert.Equal(before.Saved.Select(model => model.Loss), after.Saved.Select(model => model.Loss));
    }

    /// <summary>With every model there already, what is left of a sweep is to load and compare them.</summary>
    [Fact]
    public void Models_that_are_there_can_be_stopped_too_and_count_as_done()
    {
        var options = new SweepOptions { Ranks = [2, 3], Stft = s_options.Stft, Nmf = new NmfOptions { Restarts = 2, MaxIterations = 10 } };
#pragma warning disable CA2000 // Disposing the sweep would close the session, which the lanes share.
        var sweep = new RankSweep(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        var first = new MemoryStore();
        sweep.Run(s_recording, options, first, null, Token);
        var store = new MemoryStore { Before = first.Saved.ToDictionary(model => model.Key) };
        var told = new List<SeparationProgress>();

        sweep.Run(s_recording, options, store, new Told<SeparationProgress>(told.Add), cancellation: Token);

        Assert.Empty(store.Saved);
        AssertRises(told, "resumed");
        Assert.Equal(new SeparationProgress(SeparationStage.Factorising, 40, 40, null), told[^1]);
        Assert.Throws<OperationCanceledException>(() => RankSummary.Of([.. first.Saved.Where(model => model.Key.Rank == 2)], 1, new CancellationToken(canceled: true)));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => sweep.Run(s_recording, options, new StoppingStore(store, stop), null, stop.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_matrix_rises_to_its_total_and_can_be_stopped(double tolerance)
    {
        float[,] x = Nmf.FactorizerReferenceTests.Problem(33, 67, 1, seed: 13);
        var options = new NmfOptions { Rank = 3, FixedTemplates = Ones(33, 1), MaxIterations = 60, Tolerance = tolerance, Restarts = 2, AdaptIterations = 5 };
        using var nmf = new MatrixFactorizer(Lane.Session(Lane.Cpu), ownsSession: false);
        var told = new List<FactorisationProgress>();
        var before = nmf.Fit(x, options, new Told<FactorisationProgress>(told.Add), Token);

        Assert.Equal(told.Select(p => p.Iterations).Order(), told.Select(p => p.Iterations));
        Assert.Equal(told[^1].InAll, told[^1].Iterations);
        Assert.Equal(before.Iterations, told[^1].Iterations, 10.0);       // the other start may have stopped later
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => nmf.Fit(x, options, new Told<FactorisationProgress>(_ => stop.Cancel()), stop.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => nmf.Transform(x, before.Templates, null, null, stop.Token));
        Assert.Equal(before.Templates, nmf.Fit(x, options, null, Token).Templates);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static AudioBuffer Example(ulong seed) => TestSignals.Recording(TestSignals.Tones(1000, seed));

    private static SeparationResult Separate(string lane, IStemSink sink, SeparationOptions options, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        return new SourceSeparator(Lane.Session(lane)).Separate(s_recording, sink, options, progress, cancellation: cancellation);
#pragma warning restore CA2000
    }

    private static void AssertRises(IReadOnlyList<SeparationProgress> told, string what)
    {
        foreach (var stage in told.GroupBy(p => p.Stage))
        {
            Assert.Equal(stage.Select(p => p.Completed).Order(), stage.Select(p => p.Completed));
            Assert.All(stage, p => Assert.True(p.Total > 0 && p.Completed <= p.Total, $"{what}: {p}"));
            Assert.True(stage.Last().Completed == stage.Last().Total, $"{what}: {stage.Last()} is the last of its stage");
        }
    }

    private static void AssertSame(SeparationResult want, SeparationResult got)
    {
        Assert.Equal(want.Templates, got.Templates);
        Assert.Equal(want.Activations, got.Activations);
        Assert.Equal(want.SourceOfComponent, got.SourceOfComponent);
        Assert.Equal(want.ConservationResidualDb, got.ConservationResidualDb);
    }

    private static float[,] Ones(int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = 1;
        return values;
    }

    private sealed class Told<T>(Action<T> act) : IProgress<T>
    {
        public void Report(T value) => act(value);
    }

    private sealed class StoppingStore(ISweepStore store, CancellationTokenSource stop) : ISweepStore
    {
        public void Begin(SweepSetting setting) => store.Begin(setting);

        public SweepModel? Load(SweepKey key)
        {
            stop.Cancel();
            return store.Load(key);
        }

        public void Save(SweepModel model) => store.Save(model);
    }
}
