using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>Factorisations of several divergences, ranks, rules and seeds share X; each has the bits that it has alone.</summary>
public sealed class MixedBatchTests
{
    private const int Bins = 37;

    [Theory, OnEveryDevice]
    public void Every_fit_has_the_bits_that_it_has_alone(string lane)
    {
        var session = Lane.Session(lane);
        int frames = Lane.IsSimulated(lane) ? 20 : 150, iterations = Lane.IsSimulated(lane) ? 3 : 23;
        // Zero cells, so that the floor of beta 0 and 0.5 bites; those problems come first here and must not come first there.
        float[,] x = FactorizerReferenceTests.Problem(Bins, frames, 1, seed: 12);
        for (int t = 0; t < frames; t++) x[t % Bins, t] = 0;
        var one = new NmfOptions { Rank = 3, MaxIterations = iterations, Tolerance = 0 };
        NmfOptions[] problems =
        [
            one with { Beta = 0, Seed = 3 },
            one with { Beta = 0.5, Rank = 5, Restarts = 2 },
            one with { Beta = 1, Seed = 7, Restarts = 2 },
            one with { Beta = 2, Rank = 4, Solver = NmfSolver.MultiplicativeUpdate },
            one with { Beta = 1, Rank = 4, Tolerance = 0.2 },
            one with { Beta = 1, Rank = 18 },
        ];
        using var shared = NmfRun.Upload(session, x, NmfGeometry.Of(Bins, frames, 1, session.Form));
        var told = new List<(int Done, int All)>();

        var fits = MixedBatch.Run(session, shared, Bins, frames, problems, (done, all) => told.Add((done, all)), CancellationToken.None);

        Assert.Equal(problems.Select(problem => problem.Restarts), fits.Select(restarts => restarts.Length));
        for (int i = 0; i < problems.Length; i++)
        {
            for (int r = 0; r < problems[i].Restarts; r++)
            {
                var alone = NmfRun.Fit(session, x, problems[i] with { Seed = problems[i].Seed + (ulong)r, Restarts = 1 });
                Assert.Equal(alone.Templates, fits[i][r].Templates);
                Assert.Equal(alone.Activations, fits[i][r].Activations);
                Assert.Equal(alone.LossTrace, fits[i][r].LossTrace);
                Assert.Equal((alone.Iterations, alone.Converged), (fits[i][r].Iterations, fits[i][r].Converged));
            }
        }
        Assert.All(told, step => Assert.InRange(step.Done, 1, 8 * iterations));
        Assert.Equal(told.Select(step => step.Done).Order(), told.Select(step => step.Done));
        Assert.All(told, step => Assert.Equal(8 * iterations, step.All));
        Assert.Equal(8 * iterations, told[^1].Done);
    }

    /// <summary>Five models, two at a time, ten iterations each: 20, 20 and 10 in all.</summary>
    [Theory]
    [InlineData(3, 6)]
    [InlineData(10, 20)]
    [InlineData(14, 28)]
    [InlineData(20, 40)]
    [InlineData(27, 47)]
    [InlineData(30, 50)]
    public void Iterations_of_turns_are_counted_for_every_model(int iterations, int ofAllModels) =>
        Assert.Equal(ofAllModels, MixedBatch.ModelIterations(iterations, 2, 5, 10));

    [Fact]
    public void A_silent_spectrogram_gives_every_problem_zeros()
    {
        var session = Lane.Session(Lane.Cpu);
        using var x = NmfRun.Upload(session, new float[Bins, 9], NmfGeometry.Of(Bins, 9, 1, session.Form));

        var fits = MixedBatch.Run(session, x, Bins, 9, [new NmfOptions { Rank = 2 }, new NmfOptions { Rank = 3, Beta = 0, Restarts = 3 }], null, CancellationToken.None);

        Assert.Equal([1, 3], fits.Select(restarts => restarts.Length));
        Assert.All(fits.SelectMany(restarts => restarts), fit => Assert.True(fit.Silent));
    }

    [Fact]
    public void A_spectrogram_raised_to_a_floor_does_not_go_back()
    {
        var session = Lane.Session(Lane.Cpu);
        var geometry = NmfGeometry.Of(Bins, 9, 1, session.Form);
        using var x = NmfRun.Upload(session, FactorizerReferenceTests.Problem(Bins, 9, 1, seed: 13), geometry);
        var shared = SharedSpectrogram.Measure(session, x, geometry);

        shared.Prepare(0);
        shared.Prepare(1e-6);
        shared.Prepare(1e-6);

        Assert.Contains("lower floor first", Assert.Throws<InvalidOperationException>(() => shared.Prepare(0)).Message, StringComparison.Ordinal);
    }
}
