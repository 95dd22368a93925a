using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Models of a batch share X and the launches; each has the bits that it has alone.</summary>
public sealed class BatchTests
{
    public static IEnumerable<object[]> Cases =>
        from solver in Enum.GetValues<NmfSolver>()
        from beta in new[] { 0.5, 1, 2 }
        where solver != NmfSolver.CoordinateDescent || beta == 2
        select new object[] { solver, beta, 5, 8 };

    public static IEnumerable<object[]> Every => Cases.Concat(HigherRanks);

    public static IEnumerable<object[]> HigherRanks => new[] { 0, 1, 2 }.Select(beta => new object[] { NmfSolver.ExtrapolatedMultiplicativeUpdate, (double)beta, 14, 16 });

    [Theory, OnEveryDevice(nameof(Cases), RealOnly = true)]
    public void Models_of_one_batch_have_the_bits_of_single_ones(string lane, NmfSolver solver, double beta, int rank, int largest) =>
        Check(lane, solver, beta, rank, largest);

    [Theory, OnEveryDevice(nameof(HigherRanks), RealOnly = true)]
    public void So_have_those_of_higher_ranks(string lane, NmfSolver solver, double beta, int rank, int largest) => Check(lane, solver, beta, rank, largest);

    /// <summary>Minutes on simulated devices, where <see cref="ModelBatchTests"/> has a single iteration.</summary>
    [Theory, OnEveryDevice(nameof(Every)), Trait("Suite", "Full")]
    public void So_have_those_of_every_device(string lane, NmfSolver solver, double beta, int rank, int largest) => Check(lane, solver, beta, rank, largest);

    /// <summary>Four models: half of them reach the target at the first stopping test and leave the batch, the others do so later or go on to the end. Simulated devices get
    /// a smaller problem and a single stopping test.</summary>
    private static void Check(string lane, NmfSolver solver, double beta, int rank, int largest)
    {
        var session = Lane.Session(lane);
        var (frames, iterations) = Lane.IsSimulated(lane) ? (20, 12) : (150, 34);
        float[,] x = FactorizerReferenceTests.Problem(37, frames, beta, seed: 9);
        var options = new NmfOptions { Rank = largest, Beta = beta, Solver = solver, MaxIterations = iterations, Tolerance = 0 };
        NmfModel[] models = [new(rank, 3), new(largest, 4), new(rank + 1, 5), new(largest, 6)];
        double[] losses = [.. models.Select(model => Alone(model).LossTrace.First(point => point.Iteration == Factorizer.LossInterval).Loss).Order()];
        options = options with { TargetLoss = (losses[1] + losses[2]) / 2 };

        var geometry = NmfGeometry.Of(37, frames, largest, session.Form);
        using var onDevice = NmfRun.Upload(session, x, geometry);
        using var factorizer = new Factorizer(session, geometry, options, models.Length);
        Assert.Equal(models.Length, factorizer.BatchModels);
        var together = factorizer.Run(onDevice, models, null, CancellationToken.None);

        Assert.Equal(2, together.Count(fit => fit.Iterations == Factorizer.LossInterval));
        for (int i = 0; i < models.Length; i++)
        {
            var alone = Alone(models[i]);
            Assert.Equal(alone.Templates, together[i].Templates);
            Assert.Equal(alone.Activations, together[i].Activations);
            Assert.Equal(alone.LossTrace, together[i].LossTrace);
            Assert.Equal((alone.Iterations, alone.Stop), (together[i].Iterations, together[i].Stop));
        }

        NmfFit Alone(NmfModel model) => NmfRun.Fit(session, x, options with { Rank = model.Rank, Seed = model.Seed });
    }

    [Fact]
    public void More_models_than_the_memory_of_a_batch_go_in_turns_with_the_same_bits()
    {
        var session = Lane.Session(Lane.Cpu);
        float[,] x = FactorizerReferenceTests.Problem(37, 150, 1, seed: 9);
        var options = new NmfOptions { Rank = 3, MaxIterations = 13, Tolerance = 0 };
        var geometry = NmfGeometry.Of(37, 150, 3, session.Form);
        NmfModel[] models = [.. Enumerable.Range(0, 5).Select(i => new NmfModel(3, (ulong)i))];
        var told = new List<int>();

        using var all = NmfRun.Upload(session, x, geometry);
        using var inTurns = NmfRun.Upload(session, x, geometry);
        using var one = new Factorizer(session, geometry, options, 5);
        using var two = new Factorizer(session, geometry, options, 2);
        var want = one.Run(all, models, null, CancellationToken.None);
        var got = two.Run(inTurns, models, (done, _) => told.Add(done), CancellationToken.None);

        for (int i = 0; i < models.Length; i++) Assert.Equal(want[i].Activations, got[i].Activations);
        // Two launches a batch: ten iterations, then three.
        Assert.Equal([10, 13, 13 + 10, 2 * 13, 2 * 13 + 10, 3 * 13], told);
    }
}
