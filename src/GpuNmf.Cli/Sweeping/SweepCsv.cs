using System.Globalization;
using System.Text;
using GpuNmf.Cli.Commands;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary><c>sweep.csv</c>: a line for each loss and rank, with a heading; numbers read back as they were, and what there is not is empty.</summary>
internal static class SweepCsv
{
    public const string Heading =
        "loss,beta,rank,restarts,best_objective,best_loss,median_loss,worst_loss,spread,explained_divergence,stability,median_stability,iterations,converged,best_seed,picked";

    /// <summary>The whole file; lines end with a line feed.</summary>
    public static string Create(SweepRecord sweep)
    {
        var text = new StringBuilder(Heading).Append('\n');
        foreach ((double beta, IReadOnlyList<RankSummary> ranks, RankPick pick) in sweep.Losses)
            foreach (RankSummary rank in ranks)
                text.Append(CultureInfo.InvariantCulture, $"{LossWords.NameOf(beta)},{beta},{rank.Rank},{rank.Restarts.Count},")
                    .Append(CultureInfo.InvariantCulture, $"{rank.BestObjective:R},{rank.BestLoss:R},{rank.MedianLoss:R},{rank.WorstLoss:R},{rank.Spread:R},{rank.ExplainedDivergence:R},")
                    .Append(CultureInfo.InvariantCulture, $"{rank.Stability:R},{rank.MedianStability:R},{rank.Iterations},{rank.Restarts.Count(restart => restart.Converged)},")
                    .Append(CultureInfo.InvariantCulture, $"{rank.BestSeed},{(pick.Rank == rank.Rank ? 1 : 0)}\n");
        return text.ToString();
    }
}
