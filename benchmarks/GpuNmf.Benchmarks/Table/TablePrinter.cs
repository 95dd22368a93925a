using System.Globalization;
using GpuNmf.Benchmarks.Machine;

namespace GpuNmf.Benchmarks.Table;

/// <summary>The tables as Markdown.</summary>
internal static class TablePrinter
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    internal static void Print(Report report, TextWriter output)
    {
        output.WriteLine();
        if (report.Quick) output.WriteLine("A smoke run: few samples, short recordings; the figures say nothing.\n");
        output.WriteLine("| what | ours | theirs | ratio | share of the floor | target | |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | --- | --- |");
        foreach (var row in report.Rows)
            output.WriteLine($"| {row.What} | {Number(row.OursMedian)} {row.Unit} | {Theirs(row)} | {Ratio(row.Ratio)} | {Percent(row.ShareOfFloor)} | {row.TargetText} | {row.Verdict} |");
        PrintShares(report, output);
        PrintPeaks(report.Peaks, output);
        foreach (var note in report.Rows.Where(row => row.Note is not null).GroupBy(row => row.Note))
            output.WriteLine($"{string.Join("; ", note.Select(row => row.What).Distinct())}: {note.Key}");
        foreach (string failure in report.Failures) output.WriteLine($"FAILED {failure}");
        if (report.Cut.Count > 0) output.WriteLine($"Cut, for want of time: {string.Join("; ", report.Cut)}.");
        output.WriteLine(string.Create(s_culture, $"Load average before and after: {report.LoadAtStart:F1}, {report.LoadAtEnd:F1}."));
    }

    /// <summary>A row while the others still run.</summary>
    internal static string OneLine(Row row) =>
        $"{row.What}: {Number(row.OursMedian)} {row.Unit}" +
        (row.TheirsMedian is { } theirs ? $", {row.Peer} {Number(theirs)} {row.Unit}, {Ratio(row.Ratio)}x" : "") +
        (row.Difference is { } difference ? string.Create(s_culture, $" (results {difference:E1} apart)") : "") +
        (row.Note is null ? "" : $" ({row.Note})");

    private static void PrintShares(Report report, TextWriter output)
    {
        output.WriteLine("\n| what, ours | GFLOP/s | of the peak | GB/s | of the bandwidth |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (var row in report.Rows.Where(row => row.FlopsASecond is not null).DistinctBy(row => row.What))
            output.WriteLine($"| {row.What} | {Number(row.FlopsASecond / 1e9)} | {Percent(row.ShareOfPeak)} | {Number(row.GigabytesASecond)} | {Percent(row.ShareOfBandwidth)} |");
    }

    private static void PrintPeaks(Peaks peaks, TextWriter output)
    {
        output.WriteLine(string.Create(s_culture, $"\nPeaks, measured: {peaks.FlopsASecond / 1e9:F0} GFLOP/s in single precision; " +
            $"GB/s (read, copy) by size: {string.Join(", ", peaks.Bandwidths.Select(b => string.Create(s_culture, $"{b.Bytes / 1e6:F0} MB {b.Read / 1e9:F0}, {b.Copy / 1e9:F0}")))}."));
    }

    private static string Theirs(Row row) => row.TheirsMedian is { } value ? $"{Number(value)} {row.Unit} ({row.Peer})" : "-";

    private static string Ratio(double? value) => value is { } ratio ? ratio.ToString(ratio < 1 ? "F2" : "F1", s_culture) : "-";

    private static string Percent(double? value) => value is { } share ? share.ToString("P0", s_culture) : "-";

    private static string Number(double? value) => value switch
    {
        null => "-",
        < 0.1 => value.Value.ToString("G2", s_culture),
        < 10 => value.Value.ToString("F2", s_culture),
        < 100 => value.Value.ToString("F1", s_culture),
        _ => value.Value.ToString("F0", s_culture),
    };
}
