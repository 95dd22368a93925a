using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>A sweep's models have the bits of single fits, are stored as they finish, and are not computed twice.</summary>
public sealed class ModelSweepTests
{
    private const int Bins = 37;

    private static readonly NmfOptions s_one = new() { Seed = 3, Restarts = 2, MaxIterations = 34, Tolerance = 0.02 };

    private static NmfOptions[] Problems(string lane) => Lane.IsSimulated(lane)
        ? [s_one with { Rank = 2, MaxIterations = 3 }, s_one with { Rank = 3, Beta = 0, MaxIterations = 3, Restarts = 1 }]
        : [.. from beta in lane == Lane.OpenCL ? new[] { 1, 0.5 } : [1, 0.5, 2] from rank in lane == Lane.OpenCL ? new[] { 2, 5 } : [2, 5, 18] select s_one with { Beta = beta, Rank = rank }];

    private static float[,] Spectrogram(string lane) => FactorizerReferenceTests.Problem(Bins, Lane.IsSimulated(lane) ? 20 : 150, 0.5, seed: 12);

    private static IReadOnlyList<RankSummary> Sweep(string lane, NmfOptions[] problems, ISweepStore? store = null, Action<int, int>? progress = null)
    {
        float[,] x = Spectrogram(lane);
        DeviceSession session = Lane.Session(lane);
        using var onDevice = NmfRun.Upload(session, x, NmfGeometry.Of(Bins, x.GetLength(1), 1, session.Form));
        return ModelSweep.Run(session, onDevice, Bins, x.GetLength(1), problems, store, progress, CancellationToken.None);
    }

    [Theory, OnEveryDevice(RealOnly = true)]
    public void Every_model_has_the_bits_that_it_has_alone(string lane)
    {
        NmfOptions[] problems = Problems(lane);
        var store = new MemoryStore();

        IReadOnlyList<RankSummary> summaries = Sweep(lane, problems, store);

        Assert.Equal(problems.Select(problem => (problem.Beta, problem.Rank)), summaries.Select(summary => (summary.Beta, summary.Rank)));
        Assert.Equal(problems.Sum(problem => problem.Restarts), store.Saved.Count);
        float[,] x = Spectrogram(lane);
        foreach (SweepModel model in store.Saved)
        {
            var problem = problems.Single(one => one.Rank == model.Key.Rank && one.Beta == model.Key.Beta);
            NmfFit alone = NmfRun.Fit(Lane.Session(lane), x, problem with { Seed = model.Key.Seed, Restarts = 1 });
            alone = ComponentOrder.Arrange(alone, ComponentOrder.ByEnergy(alone.Templates, alone.Activations));
            Assert.Equal(alone.Templates, model.Templates);
            Assert.Equal(alone.Activations, model.Activations);
            Assert.Equal((alone.LossTrace[^1].Loss, alone.Iterations, alone.Converged), (model.Loss, model.Iterations, model.Converged));
            RankSummary summary = summaries.Single(one => one.Rank == model.Key.Rank && one.Beta == model.Key.Beta);
            Assert.Contains(summary.Restarts, restart => restart.Seed == model.Key.Seed && restart.Loss == model.Loss && restart.Iterations == model.Iterations);
        }
    }

    /// <summary>With this tolerance some models stop early; the first of a batch to finish is stored while others, such as those of its own rank, still run.</summary>
    [Fact]
    public void Models_are_stored_as_they_finish()
    {
        var store = new MemoryStore();

        // Models that had been stored after each launch.
        var stored = new List<int>();
        Sweep(Lane.Cpu, Problems(Lane.Cpu), store, (_, _) => stored.Add(store.Saved.Count));

        Assert.Contains(store.Saved.GroupBy(model => (model.Key.Beta, model.Key.Rank)), ofOneRank =>
        {
            int first = store.Saved.IndexOf(ofOneRank.First()), last = store.Saved.IndexOf(ofOneRank.Last());
            return stored.Exists(count => count > first && count <= last);
        });
        Assert.All(store.Saved, model => Assert.NotNull(model.Activations));
    }

    [Fact]
    public void What_is_stored_is_not_computed_again_and_the_rest_is_the_same()
    {
        NmfOptions[] problems = Problems(Lane.Cpu);
        IReadOnlyList<RankSummary> whole = Sweep(Lane.Cpu, problems);
        var stopped = new MemoryStore(most: 7);
        Assert.Throws<OperationCanceledException>(() => Sweep(Lane.Cpu, problems, stopped));
        var rest = new MemoryStore { Before = stopped.Saved.ToDictionary(model => model.Key) };

        IReadOnlyList<RankSummary> resumed = Sweep(Lane.Cpu, problems, rest);

        Assert.Equal(7, stopped.Saved.Count);
        Assert.Equal(problems.Sum(problem => problem.Restarts) - 7, rest.Saved.Count);
        Assert.Empty(rest.Saved.Select(model => model.Key).Intersect(rest.Before.Keys));
        Assert.Equal(whole.Select(Timeless), resumed.Select(Timeless));
    }

    [Fact]
    public void A_sweep_that_is_complete_computes_nothing()
    {
        NmfOptions[] problems = Problems(Lane.Cpu);
        var first = new MemoryStore();
        Sweep(Lane.Cpu, problems, first);
        var second = new MemoryStore(most: 0) { Before = first.Saved.ToDictionary(model => model.Key) };

        Assert.Equal(problems.Length, Sweep(Lane.Cpu, problems, second).Count);
        Assert.Empty(second.Saved);
    }

    /// <summary>Everything that does not depend on the clock, as text.</summary>
    private static string Timeless(RankSummary summary) =>
        (summary with { Restarts = [] }) + string.Join(';', summary.Restarts.Select(restart => restart with { Seconds = 0 }));
}
