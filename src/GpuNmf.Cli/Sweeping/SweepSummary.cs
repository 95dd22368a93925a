using System.Globalization;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Sweep;
using Spectre.Console;

namespace GpuNmf.Cli.Sweeping;

/// <summary>What a sweep prints when it is done.</summary>
internal static class SweepSummary
{
    private static readonly string[] s_headings = ["rank", "best loss", "spread", "explained", "stability", "median", "converged", "iterations", "time s"];

    /// <summary>One row a loss and rank, one line about the sweep, and a line for each pick that was asked for.</summary>
    public static void Print(TextWriter stdout, SweepRecord sweep)
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("loss");
        foreach (string heading in s_headings) table.AddColumn(new TableColumn(heading) { Alignment = Justify.Right });
        foreach ((double beta, IReadOnlyList<RankSummary> ranks, _) in sweep.Losses)
            foreach (RankSummary rank in ranks)
                table.AddRow(
                    LossWords.NameOf(beta), Invariant($"{rank.Rank}"), Invariant($"{rank.BestLoss:G6}"), Percent(rank.Spread), Percent(rank.ExplainedDivergence),
                    Fixed(rank.Stability), Fixed(rank.MedianStability), Invariant($"{rank.Restarts.Count(start => start.Converged)}/{rank.Restarts.Count}"), Invariant($"{rank.Iterations}"), Invariant($"{rank.Seconds:F2}"));
        TableConsole.Write(stdout, table);
        SweepResult result = sweep.Result;
        string before = sweep.TakenOver > 0 ? Invariant($" ({sweep.TakenOver} of them from before)") : "";
        stdout.WriteLine(Invariant($"{sweep.Request.Options.Models} models of {sweep.Recording.FileName}{before} in {sweep.Request.Folder}, on {result.Kind} ({result.Device.Name})"));
        if (sweep.Request.Picks)
            foreach (RankPick pick in result.Picks) stdout.WriteLine(Line(pick));
    }

    /// <summary>A pick in one line.</summary>
    public static string Line(RankPick pick) => pick.Rank is { } rank
        ? Invariant($"{LossWords.NameOf(pick.Beta)}: rank {rank}, confidence {WordOf(pick.Confidence)}: {pick.Reason}")
        : $"{LossWords.NameOf(pick.Beta)}: no rank: {pick.Reason}";

    /// <summary>The word of a confidence.</summary>
    public static string WordOf(PickConfidence confidence) => confidence switch
    {
        PickConfidence.None => "none",
        PickConfidence.Low => "low",
        PickConfidence.Medium => "medium",
        _ => "high",
    };

    private static string Percent(double? share) => share is { } value ? Invariant($"{100 * value:F1} %") : "-";

    private static string Fixed(double? value) => value is { } number ? Invariant($"{number:F3}") : "-";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
