using GpuNmf.Nmf;
using GpuNmf.Sweep;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>The largest stable rank, and how sure it is.</summary>
public sealed class RankPickTests
{
    private static RankSummary Rank(int rank, double? stability, double? median = null, int restarts = 8) => new()
    {
        Beta = 1,
        Rank = rank,
        Restarts = new RestartSummary[restarts],
        BestSeed = 0,
        BestLoss = 1,
        MedianLoss = 1,
        WorstLoss = 1,
        ExplainedDivergence = 0.5,
        Stability = stability,
        MedianStability = median ?? stability,
    };

    /// <summary>Ranks from 2 on.</summary>
    private static RankPick Pick(params double[] stabilities) => RankPick.Of([.. stabilities.Select((stability, i) => Rank(i + 2, stability))]);

    [Fact]
    public void A_collapse_behind_stable_ranks_is_sure()
    {
        RankPick pick = Pick(1, 0.99, 0.41, 0.38);

        Assert.Equal((3, PickConfidence.High), (pick.Rank, pick.Confidence));
        Assert.Equal("stability 0.99, 0.41 at rank 4, and every smaller rank is stable", pick.Reason);
    }

    [Fact]
    public void The_bound_itself_is_stable() => Assert.Equal(2, Pick(RankPick.StableFrom, 0.1).Rank);

    [Fact]
    public void A_smaller_rank_that_is_not_stable_makes_it_less_sure()
    {
        RankPick pick = Pick(0.5, 0.99, 0.41);

        Assert.Equal((3, PickConfidence.Medium), (pick.Rank, pick.Confidence));
        Assert.Contains("but also 0.50 at the smaller rank 2", pick.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collapse_of_few_starts_makes_it_less_sure()
    {
        RankPick pick = RankPick.Of([Rank(2, 1), Rank(3, 0.98), Rank(4, 0.4, median: 0.97)]);

        Assert.Equal((3, PickConfidence.Medium), (pick.Rank, pick.Confidence));
        Assert.Contains("most starts agree all the same (median 0.97)", pick.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RankPick.CollapsedBelow, PickConfidence.Low)]
    [InlineData(RankPick.CollapsedBelow - 0.001, PickConfidence.High)]
    public void A_slow_fade_is_not_sure(double next, PickConfidence confidence) => Assert.Equal((2, confidence), (Pick(1, next).Rank, Pick(1, next).Confidence));

    [Fact]
    public void The_end_of_the_sweep_is_not_sure()
    {
        RankPick pick = Pick(1, 0.99);

        Assert.Equal((3, PickConfidence.Low), (pick.Rank, pick.Confidence));
        Assert.Contains("try larger ones", pick.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_starts_are_not_sure() =>
        Assert.Equal(PickConfidence.Low, RankPick.Of([Rank(2, 1, restarts: RankPick.FewestRestarts - 1), Rank(3, 0.2)]).Confidence);

    /// <summary>What a penalty leaves empty is no component, however often it is left.</summary>
    [Fact]
    public void Empty_components_are_not_picked_and_make_it_less_sure()
    {
        RankPick pick = RankPick.Of([Rank(1, 1), Rank(2, 1), Rank(3, 1) with { EmptyComponents = 1 }, Rank(4, 1) with { EmptyComponents = 2 }]);
        RankPick none = RankPick.Of([Rank(2, 1) with { EmptyComponents = 1 }]);

        Assert.Equal((2, PickConfidence.Low), (pick.Rank, pick.Confidence));
        Assert.Equal("stability 1.00; rank 3 has empty components (1 of 3), as penalties make them", pick.Reason);
        Assert.Equal((null, PickConfidence.None), (none.Rank, none.Confidence));
        Assert.Contains("has empty components", none.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_explains_little_or_is_not_known_is_not_sure()
    {
        RankPick worse = RankPick.Of([Rank(2, 1) with { ExplainedDivergence = -0.1 }, Rank(3, 0.2)]), unknown = RankPick.Of([Rank(2, 1), Rank(3, null)]);

        Assert.Equal((2, PickConfidence.Low, "stability 1.00, but it explains only -10.0 % of what a spectrum that never changes leaves"), (worse.Rank, worse.Confidence, worse.Reason));
        Assert.Equal((2, PickConfidence.Low, "stability 1.00, and that of rank 3 is not known"), (unknown.Rank, unknown.Confidence, unknown.Reason));
    }

    [Fact]
    public void Starts_that_are_nearly_alike_are_not_sure()
    {
        RankPick pick = RankPick.Of([Rank(2, 1), Rank(3, 0.3)], NmfInitialization.KMeans);

        Assert.Equal((2, PickConfidence.Low), (pick.Rank, pick.Confidence));
        Assert.Contains("starts from kmeans are nearly alike", pick.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_stable_rank_is_no_pick()
    {
        RankPick pick = Pick(0.5, 0.9, 0.4);

        Assert.Null(pick.Rank);
        Assert.Equal(PickConfidence.None, pick.Confidence);
        Assert.Contains("the nearest is rank 3 with 0.90", pick.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_start_or_empty_templates_are_no_pick()
    {
        RankPick one = RankPick.Of([Rank(2, null, restarts: 1), Rank(3, null, restarts: 1)]), empty = RankPick.Of([Rank(2, null), Rank(3, null)]);

        Assert.Equal((null, PickConfidence.None), (one.Rank, one.Confidence));
        Assert.Equal("stability compares several starts, and there is one", one.Reason);
        Assert.Equal((null, PickConfidence.None, "the templates of the best starts are zero everywhere"), (empty.Rank, empty.Confidence, empty.Reason));
    }

    [Fact]
    public void Ranks_must_rise()
    {
        Assert.Throws<ArgumentException>("summaries", () => RankPick.Of([]));
        Assert.Contains("rank 2 of beta 1 follows rank 3 of beta 1", Assert.Throws<ArgumentException>("summaries", () => RankPick.Of([Rank(3, 1), Rank(2, 1)])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("summaries", () => RankPick.Of([Rank(2, 1), Rank(3, 1) with { Beta = 0 }]));
    }
}
