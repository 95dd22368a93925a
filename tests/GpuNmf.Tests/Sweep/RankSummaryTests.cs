using GpuNmf.Sweep;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>Losses, explained divergence and stability of made-up models.</summary>
public sealed class RankSummaryTests
{
    private const double Allowed = 1e-15;

    private static readonly float[,] s_first = { { 1, 0 }, { 0, 1 }, { 0, 0 } };

    /// <summary>The second template turned; its cosine with that of <see cref="s_first"/> is 3/5, or 5/13.</summary>
    private static readonly float[,] s_turned = { { 0, 1 }, { 3, 0 }, { 4, 0 } }, s_turnedFurther = { { 1, 0 }, { 0, 5 }, { 0, 12 } };

    private static SweepModel Model(ulong seed, double loss, float[,] templates, int rank = 2, double beta = 1) =>
        new(new SweepKey(beta, rank, seed), loss, 10 * (int)seed, seed != 2, 0.5, templates, null);

    [Fact]
    public void The_others_are_compared_with_the_best()
    {
        var summary = RankSummary.Of([Model(1, 12, s_turned), Model(2, 8, s_first), Model(3, 10, s_first), Model(4, 9, s_turnedFurther)], 32, TestContext.Current.CancellationToken);

        Assert.Equal((2ul, 8, 9.5, 12), (summary.BestSeed, summary.BestLoss, summary.MedianLoss, summary.WorstLoss));
        Assert.Equal(0.5, summary.Spread);
        Assert.Equal(0.75, summary.ExplainedDivergence);
        double?[] cosines = [.. summary.Restarts.Select(restart => restart.WorstCosine)];
        double[] want = [0.6, 0, 1, 5 / 13.0];
        Assert.Null(cosines[1]);
        foreach (int i in (int[])[0, 2, 3]) Assert.InRange(cosines[i]!.Value, want[i] - Allowed, want[i] + Allowed);
        Assert.InRange(summary.Stability!.Value, 5 / 13.0 - Allowed, 5 / 13.0 + Allowed);
        Assert.InRange(summary.MedianStability!.Value, 0.6 - Allowed, 0.6 + Allowed);
        Assert.Equal((100, 2.0), (summary.Iterations, summary.Seconds));
        Assert.Equal([true, false, true, true], summary.Restarts.Select(restart => restart.Converged));
        Assert.Equal(0, summary.EmptyComponents);
    }

    [Fact]
    public void Of_equal_losses_the_first_is_the_best() =>
        Assert.Equal(5ul, RankSummary.Of([Model(4, 3, s_first), Model(5, 2, s_first), Model(6, 2, s_turned)], 1, TestContext.Current.CancellationToken).BestSeed);

    /// <summary>With penalties the best start is the one that minimises most; the losses are still those of the divergence.</summary>
    [Fact]
    public void The_best_has_the_lowest_objective()
    {
        var summary = RankSummary.Of([Model(1, 8, s_turned) with { Objective = 20 }, Model(2, 10, s_first) with { Objective = 15 }, Model(3, 12, s_first) with { Objective = 16 }], 40, TestContext.Current.CancellationToken);

        Assert.Equal((2ul, 10, 10, 12), (summary.BestSeed, summary.BestLoss, summary.MedianLoss, summary.WorstLoss));
        Assert.Equal((15, 0.2, 0.75), (summary.BestObjective, summary.Spread, summary.ExplainedDivergence));
        Assert.Equal([20, 15, 16], summary.Restarts.Select(restart => restart.Objective));
        Assert.Null(summary.Restarts[1].WorstCosine);
    }

    [Fact]
    public void Empty_components_are_counted_and_are_alike()
    {
        float[,] templates = { { 1, 0 }, { 2, 0 }, { 0, 0 } };

        var summary = RankSummary.Of([Model(1, 4, templates), Model(2, 5, templates), Model(3, 6, s_first)], 16, TestContext.Current.CancellationToken);

        Assert.Equal(1, summary.EmptyComponents);
        Assert.InRange(summary.Restarts[1].WorstCosine!.Value, 1 - Allowed, 1);
        Assert.Equal(0, summary.Restarts[2].WorstCosine);
    }

    [Fact]
    public void One_start_has_no_stability()
    {
        var summary = RankSummary.Of([Model(1, 4, s_first)], 16, TestContext.Current.CancellationToken);

        Assert.Null(summary.Stability);
        Assert.Null(summary.MedianStability);
        Assert.Equal(0.75, summary.ExplainedDivergence);
    }

    [Fact]
    public void Silence_has_neither_stability_nor_anything_to_explain()
    {
        var summary = RankSummary.Of([Model(1, 0, new float[3, 2]), Model(2, 0, new float[3, 2])], 0, TestContext.Current.CancellationToken);

        Assert.Null(summary.Stability);
        Assert.Null(summary.ExplainedDivergence);
        Assert.Null(summary.Spread);
    }

    [Fact]
    public void Nothing_is_not_summarised() => Assert.Throws<ArgumentException>("models", () => RankSummary.Of([], 1, TestContext.Current.CancellationToken));

    [Fact]
    public void Models_of_several_ranks_or_divergences_are_not_summarised()
    {
        Assert.Contains("rank 2 and beta 1, but one is of rank 3", Assert.Throws<ArgumentException>(
            "models", () => RankSummary.Of([Model(1, 1, s_first), Model(2, 1, new float[3, 3], rank: 3)], 1, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("models", () => RankSummary.Of([Model(1, 1, s_first), Model(2, 1, s_first, beta: 0)], 1, TestContext.Current.CancellationToken));
    }
}
