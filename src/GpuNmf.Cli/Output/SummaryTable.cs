using System.Globalization;
using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using Spectre.Console;

namespace GpuNmf.Cli.Output;

/// <summary>What a run prints when it is done.</summary>
internal static class SummaryTable
{
    /// <summary>One row a component, and one line about the run.</summary>
    public static void Print(TextWriter stdout, RunRecord run)
    {
        var table = new Table { Border = TableBorder.Simple };
        bool isGrouped = run.Result.SourceOfComponent is not null;
        table.AddColumn(new TableColumn(isGrouped ? "source" : "component") { Alignment = Justify.Right });
        table.AddColumn("file");
        string[]? origins = Origins(run.Request);
        if (origins is not null) table.AddColumn("from");
        table.AddColumn(new TableColumn("power") { Alignment = Justify.Right });
        table.AddColumn(new TableColumn("rms dBFS") { Alignment = Justify.Right });
        table.AddColumn(new TableColumn("peak dBFS") { Alignment = Justify.Right });
        bool isRounded = run.Request.Output.Encoding != WavEncoding.Float32;
        if (isGrouped) table.AddColumn("components");
        if (isRounded) table.AddColumn(new TableColumn("rounding dB") { Alignment = Justify.Right });
        double power = run.Stems.Sum(s => s.Rms * s.Rms);
        for (int k = 0; k < run.Stems.Count; k++)
        {
            double share = power > 0 ? run.Stems[k].Rms * run.Stems[k].Rms / power : 0;
            string[] row =
            [
                Invariant($"{k + 1}"), Markup.Escape(run.Stems[k].FileName), .. origins is null ? [] : (string[])[Markup.Escape(origins[k])],
                Invariant($"{100 * share:F1} %"), Decibels(run.Stems[k].Rms), Decibels(run.Stems[k].Peak),
            ];
            if (run.Result.SourceOfComponent is { } sources) row = [.. row, string.Join(", ", Enumerable.Range(1, sources.Count).Where(i => sources[i - 1] == k).Select(i => Invariant($"{i}")))];
            table.AddRow(isRounded ? [.. row, run.Stems[k].RoundingResidualDb is { } error ? Invariant($"{error:F1}") : "-inf"] : row);
        }
        TableConsole.Write(stdout, table);
        SeparationResult result = run.Result;
        stdout.WriteLine($"{run.Stems.Count} parts of {run.Recording.FileName} in {run.Request.Output.Folder}: {FitText.End(result)}, on {result.Kind} ({result.Device.Name})");
        if (FitText.Starts(result) is { } starts) stdout.WriteLine(starts);
        string residual = double.IsNegativeInfinity(result.ConservationResidualDb) ? "-inf dB (exact)" : Invariant($"{result.ConservationResidualDb:F1} dB");
        string before = isRounded ? $", before they were rounded to {Words.Encodings.For(run.Request.Output.Encoding)}" : "";
        stdout.WriteLine($"recording minus the sum of its parts: {residual}{before}");
    }

    /// <summary>What each source comes from where files say what the sources are; null where none do.</summary>
    private static string[]? Origins(SeparateRequest request) => request switch
    {
        { Dictionaries: { } dictionaries } => [.. dictionaries.Files.Select(file => file.FileName), "free"],
        { Grouping.ExamplePaths: { Count: > 0 } examples } => [.. examples.Select(path => Path.GetFileName(path))],
        _ => null,
    };

    private static string Decibels(double amplitude) => amplitude > 0 ? Invariant($"{20 * Math.Log10(amplitude):F1}") : "-inf";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
