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
        // Of some parts, the shares in the whole are not known.
        bool isWhole = run.Request.Stems is null;
        if (isWhole) table.AddColumn(new TableColumn("power") { Alignment = Justify.Right });
        table.AddColumn(new TableColumn("rms dBFS") { Alignment = Justify.Right });
        table.AddColumn(new TableColumn("peak dBFS") { Alignment = Justify.Right });
        bool isRounded = run.Request.Output.Encoding != WavEncoding.Float32;
        if (isGrouped) table.AddColumn("components");
        if (isRounded) table.AddColumn(new TableColumn("rounding dB") { Alignment = Justify.Right });
        IReadOnlyList<StemPart> parts = run.Request.Stems?.Parts ?? [.. Enumerable.Range(1, run.Stems.Count).Select(number => new StemPart([number], IsMix: false))];
        double power = run.Stems.Sum(s => s.Rms * s.Rms);
        for (int i = 0; i < run.Stems.Count; i++)
        {
            StemFileInfo stem = run.Stems[i];
            List<string> row = [parts[i].Label, Markup.Escape(stem.FileName)];
            if (origins is not null) row.Add(Markup.Escape(string.Join(" + ", parts[i].Numbers.Select(number => origins[number - 1]))));
            if (isWhole) row.Add(Invariant($"{(power > 0 ? 100 * stem.Rms * stem.Rms / power : 0):F1} %"));
            row.AddRange([Decibels(stem.Rms), Decibels(stem.Peak)]);
            if (run.Result.SourceOfComponent is { } sources)
                row.Add(string.Join(", ", Enumerable.Range(1, sources.Count).Where(k => parts[i].Numbers.Contains(sources[k - 1] + 1)).Select(k => Invariant($"{k}"))));
            if (isRounded) row.Add(stem.RoundingResidualDb is { } error ? Invariant($"{error:F1}") : "-inf");
            table.AddRow([.. row]);
        }
        TableConsole.Write(stdout, table);
        SeparationResult result = run.Result;
        stdout.WriteLine(Line(run));
        if (FitText.Starts(result) is { } starts) stdout.WriteLine(starts);
        string residual = double.IsNegativeInfinity(result.ConservationResidualDb) ? "-inf dB (exact)" : Invariant($"{result.ConservationResidualDb:F1} dB");
        string before = isRounded ? $", before they were rounded to {Words.Encodings.For(run.Request.Output.Encoding)}" : "";
        string all = run.Request.Stems is { } choice ? $"all its {choice.Count} parts" : "its parts";
        stdout.WriteLine($"recording minus the sum of {all}: {residual}{before}");
    }

    /// <summary>One line about the run.</summary>
    public static string Line(RunRecord run) =>
        $"{run.Stems.Count} parts of {run.Recording.FileName} in {run.Request.Output.Folder}: {FitText.End(run.Result)}, on {run.Result.Kind} ({run.Result.Device.Name})";

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
