using System.Globalization;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Sweep;
using ScottPlot;
using ScottPlot.Plottables;

namespace GpuNmf.Cli.Sweeping;

/// <summary>The pictures of a sweep: final losses and stability against the rank.</summary>
internal static class SweepPlots
{
    private const int Width = 1000, Height = 540, LongestName = 80;

    /// <summary>Room above the highest value, as a share of it: for markers and rings.</summary>
    private const double Headroom = 0.05;

    private static readonly ScottPlot.Palettes.Category10 s_palette = new();

    /// <summary>Writes both as PNG.</summary>
    public static void Write(SweepRecord sweep, string folder)
    {
        Loss(sweep).SavePng(Path.Combine(folder, OutputFiles.LossPlot), Width, Height);
        Stability(sweep).SavePng(Path.Combine(folder, OutputFiles.StabilityPlot), Width, Height);
    }

    // Losses of different divergences have different units; beside that of the mean spectrum they have none.
    internal static Plot Loss(SweepRecord sweep)
    {
        Plot plot = Empty(sweep, "Final loss beside that of the mean spectrum (best start; bars to the worst)", "D(X | WH) / D(X | mean spectrum)");
        double highest = 0;
        int place = 0;
        foreach ((double beta, IReadOnlyList<RankSummary> ranks, RankPick pick) in sweep.Losses)
        {
            RankSummary[] known = [.. ranks.Where(rank => rank.ExplainedDivergence is not null)];
            double[] best = [.. known.Select(rank => 1 - rank.ExplainedDivergence!.Value)];
            double[] worst = [.. known.Select((rank, i) => best[i] * (1 + (rank.Spread ?? 0)))];
            Draw(plot, place++, beta, known, best, [.. worst.Select((value, i) => (best[i], value))], pick);
            highest = worst.Append(highest).Max();
        }
        if (sweep.Result.Summaries.All(rank => rank.ExplainedDivergence is null)) Note(plot, "Nothing to compare with: the recording is silent, or its spectrum never changes.");
        // Where every loss is zero the axis would have no length.
        plot.Axes.SetLimitsY(0, highest > 0 ? highest * (1 + Headroom) : 1);
        ShowLegend(plot);
        return plot;
    }

    internal static Plot Stability(SweepRecord sweep)
    {
        Plot plot = Empty(sweep, "Stability of the templates over the starts (least; bars to the median)", "cosine of the worst matched template");
        int place = 0;
        foreach ((double beta, IReadOnlyList<RankSummary> ranks, RankPick pick) in sweep.Losses)
        {
            RankSummary[] known = [.. ranks.Where(rank => rank.Stability is not null)];
            Draw(plot, place++, beta, known, [.. known.Select(rank => rank.Stability!.Value)], [.. known.Select(rank => (rank.Stability!.Value, rank.MedianStability!.Value))], pick);
        }
        HorizontalLine line = plot.Add.HorizontalLine(RankPick.StableFrom, 1, Colors.Gray, LinePattern.Dashed);
        line.LegendText = string.Create(CultureInfo.InvariantCulture, $"stable from {RankPick.StableFrom}");
        if (sweep.Result.Summaries.All(rank => rank.Stability is null))
            Note(plot, sweep.Request.Options.Nmf.Restarts == 1 ? "No stability: there is one start of each rank, and it takes two to compare (--restarts)." : "No stability: the templates are zero everywhere.");
        plot.Axes.SetLimitsY(0, 1 + Headroom);
        ShowLegend(plot);
        return plot;
    }

    private static Plot Empty(SweepRecord sweep, string title, string unit)
    {
        PlotFont.Use();
        var plot = new Plot();
        plot.Title($"{Shortened(sweep.Recording.FileName)}\n{title}", 16);
        plot.XLabel("rank (components)");
        plot.YLabel(unit);
        // Half a component is none, so there are no ticks between whole ones.
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic
        {
            IntegerTicksOnly = true,
            MinorTickGenerator = new ScottPlot.TickGenerators.EvenlySpacedMinorTickGenerator(1),
            LabelFormatter = rank => rank < 0.5 ? "" : rank.ToString("0", CultureInfo.InvariantCulture),
        };
        double first = sweep.Request.Options.Ranks[0], last = sweep.Request.Options.Ranks[^1], margin = Math.Max(0.5, Headroom * (last - first));
        plot.Axes.SetLimitsX(first - margin, last + margin);
        return plot;
    }

    /// <summary>A name that fits above the picture: of a long one beginning and end.</summary>
    private static string Shortened(string name) => name.Length <= LongestName ? name : $"{name[..(LongestName / 2)]}…{name[^(LongestName / 2 - 1)..]}";

    /// <summary>Beside the data, which it would cover somewhere wherever it stood. A picture beside an empty one would not be drawn at all.</summary>
    private static void ShowLegend(Plot plot)
    {
        if (plot.Legend.GetItems().Length > 0) plot.ShowLegend(Edge.Right).Alignment = Alignment.UpperLeft;
    }

    /// <summary>A sentence in the middle of a picture that has no data.</summary>
    private static void Note(Plot plot, string text)
    {
        Annotation note = plot.Add.Annotation(text, Alignment.MiddleCenter);
        note.LabelFontSize = 14;
        note.LabelBackgroundColor = Colors.White;
        note.LabelShadowColor = Colors.Transparent;
    }

    /// <summary>A line with bars for one loss; the picked rank is ringed.</summary>
    private static void Draw(Plot plot, int place, double beta, RankSummary[] ranks, double[] values, (double Low, double High)[] bars, RankPick pick)
    {
        double[] x = [.. ranks.Select(rank => (double)rank.Rank)];
        if (x.Length == 0) return;
        Scatter line = plot.Add.Scatter(x, values);
        line.LegendText = pick.Rank is { } rank ? string.Create(CultureInfo.InvariantCulture, $"{LossWords.NameOf(beta)}, picked {rank} ({SweepSummary.WordOf(pick.Confidence)})") : LossWords.NameOf(beta);
        line.Color = s_palette.GetColor(place);
        line.LineWidth = 2;
        line.MarkerSize = 7;
        for (int i = 0; i < x.Length; i++)
        {
            LinePlot bar = plot.Add.Line(x[i], bars[i].Low, x[i], bars[i].High);
            bar.Color = line.Color.WithAlpha(0.45);
            bar.LineWidth = 2;
        }
        if (Array.FindIndex(ranks, one => one.Rank == pick.Rank) is var at and >= 0)
            plot.Add.Marker(x[at], values[at], MarkerShape.OpenCircle, 18, line.Color);
    }
}
