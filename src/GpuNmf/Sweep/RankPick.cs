using System.Globalization;
using GpuNmf.Nmf;

namespace GpuNmf.Sweep;

/// <summary>How sure a picked rank is.</summary>
public enum PickConfidence
{
    /// <summary>No rank is stable: nothing is picked.</summary>
    None,

    /// <summary>The sweep ends there, too few starts were tried, they were not random, it explains little, or the next rank is nearly as stable, or empty in part.</summary>
    Low,

    /// <summary>Stability collapses at the next rank; but most of its starts agree all the same, or a smaller rank is not stable.</summary>
    Medium,

    /// <summary>Every smaller rank is stable, and at the next rank stability collapses for most starts.</summary>
    High,
}

/// <summary>The largest stable rank of one divergence.</summary>
/// <param name="Beta">beta of the divergence.</param>
/// <param name="Rank">Components K; null where no rank is stable.</param>
/// <param name="Confidence">How sure that is.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record RankPick(double Beta, int? Rank, PickConfidence Confidence, string Reason)
{
    /// <summary>A rank is stable from this <see cref="RankSummary.Stability"/> on.</summary>
    public const double StableFrom = 0.95;

    /// <summary>Below this, stability has collapsed; between the two it fades.</summary>
    public const double CollapsedBelow = 0.85;

    /// <summary>Below this <see cref="RankSummary.ExplainedDivergence"/>, as of noise or under heavy penalties, stable templates say little.</summary>
    public const double ExplainsLittleBelow = 0.1;

    /// <summary>With fewer starts, that they agree says little.</summary>
    public const int FewestRestarts = 4;

    /// <summary>Picks the largest rank whose <see cref="RankSummary.Stability"/> is at least <see cref="StableFrom"/> and none of whose components is empty.</summary>
    /// <param name="summaries">The ranks of one divergence, from the smallest to the largest.</param>
    /// <param name="initialization">How the starts were made: but for random ones they are nearly alike, so that it says little if they end alike.</param>
    /// <exception cref="ArgumentException">There is none, or they are of several divergences or in another order.</exception>
    public static RankPick Of(IReadOnlyList<RankSummary> summaries, NmfInitialization initialization = NmfInitialization.Random)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        if (summaries.Count == 0) throw new ArgumentException("There is no rank to pick from.", nameof(summaries));
        for (int i = 1; i < summaries.Count; i++)
            if (summaries[i].Beta != summaries[0].Beta || summaries[i].Rank <= summaries[i - 1].Rank)
                throw new ArgumentException($"The ranks must be of one beta and rise; rank {summaries[i].Rank} of beta {summaries[i].Beta} follows rank {summaries[i - 1].Rank} of beta {summaries[i - 1].Beta}.", nameof(summaries));
        int picked = summaries.Count - 1;
        while (picked >= 0 && !(IsStable(summaries[picked].Stability) && summaries[picked].EmptyComponents == 0)) picked--;
        double beta = summaries[0].Beta;
        if (picked < 0) return new RankPick(beta, null, PickConfidence.None, WhyNone(summaries));
        var (confidence, reason) = Judge(summaries, picked);
        if (initialization != NmfInitialization.Random)
            (confidence, reason) = (PickConfidence.Low, $"{reason}; but starts from {initialization.ToString().ToLowerInvariant()} are nearly alike, random ones say more");
        return new RankPick(beta, summaries[picked].Rank, confidence, reason);
    }

    private static (PickConfidence Confidence, string Reason) Judge(IReadOnlyList<RankSummary> summaries, int picked)
    {
        RankSummary rank = summaries[picked];
        string stable = Invariant($"stability {rank.Stability:F2}");
        if (rank.Restarts.Count < FewestRestarts)
            return (PickConfidence.Low, Invariant($"{stable}, but of {rank.Restarts.Count} starts only; take at least {FewestRestarts}"));
        if (rank.ExplainedDivergence < ExplainsLittleBelow) return (PickConfidence.Low, Invariant($"{stable}, but it explains only {100 * rank.ExplainedDivergence:F1} % of what a spectrum that never changes leaves"));
        if (picked == summaries.Count - 1) return (PickConfidence.Low, $"{stable}, but it is the largest rank that was tried; try larger ones");
        RankSummary next = summaries[picked + 1];
        if (next.EmptyComponents > 0) return (PickConfidence.Low, Invariant($"{stable}; rank {next.Rank} has empty components ({next.EmptyComponents} of {next.Rank}), as penalties make them"));
        if (next.Stability is null) return (PickConfidence.Low, Invariant($"{stable}, and that of rank {next.Rank} is not known"));
        string then = Invariant($"{stable}, {next.Stability:F2} at rank {next.Rank}");
        if (next.Stability >= CollapsedBelow) return (PickConfidence.Low, $"{then}, which is no collapse");
        if (IsStable(next.MedianStability)) return (PickConfidence.Medium, Invariant($"{then}, where most starts agree all the same (median {next.MedianStability:F2})"));
        if (summaries.Take(picked).FirstOrDefault(smaller => !IsStable(smaller.Stability)) is { } unstable)
            return (PickConfidence.Medium, Invariant($"{then}, but also {unstable.Stability ?? 0:F2} at the smaller rank {unstable.Rank}"));
        return (PickConfidence.High, $"{then}, and every smaller rank is stable");
    }

    private static string WhyNone(IReadOnlyList<RankSummary> summaries)
    {
        if (summaries.All(summary => summary.Stability is null))
            return summaries.All(summary => summary.Restarts.Count == 1) ? "stability compares several starts, and there is one" : "the templates of the best starts are zero everywhere";
        RankSummary most = summaries.MaxBy(summary => summary.Stability ?? 0)!;
        return IsStable(most.Stability)
            ? Invariant($"every rank with a stability of {StableFrom} has empty components, as penalties make them")
            : Invariant($"no rank has a stability of {StableFrom}; the nearest is rank {most.Rank} with {most.Stability:F2}");
    }

    private static bool IsStable(double? stability) => stability >= StableFrom;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
