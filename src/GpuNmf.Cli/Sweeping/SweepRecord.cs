using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary>Everything that a sweep's documents, plots and summary are made of.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Recording">What was read.</param>
/// <param name="Result">What was found.</param>
/// <param name="Warnings">One sentence each.</param>
/// <param name="TakenOver">Models that an earlier run had computed.</param>
internal sealed record SweepRecord(SweepRequest Request, RecordingInfo Recording, SweepResult Result, IReadOnlyList<string> Warnings, int TakenOver)
{
    /// <summary>Each loss with its ranks and its pick.</summary>
    public IEnumerable<(double Beta, IReadOnlyList<RankSummary> Ranks, RankPick Pick)> Losses =>
        Result.Picks.Select((pick, i) => (pick.Beta, (IReadOnlyList<RankSummary>)[.. Result.Summaries.Where(summary => summary.Beta == pick.Beta)], pick));
}
