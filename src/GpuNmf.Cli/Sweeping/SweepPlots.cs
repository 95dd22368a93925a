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
    private const int Width = 900, Height = 520;

    private static readonly ScottPlot.Palettes.Category10 s_palette = new();

    /// <summary>Writes both as PNG.</summary>
    public static void Write(SweepRecord sweep, string folder)
    {
        Loss(sweep).SavePng(Path.Combine(folder, OutputFiles.LossPlot), Width, Height);
        Stability(sweep).SavePng(Path.Combine(folder, OutputFiles.StabilityPlot), Width, Height);
    }

    // Losses of different divergences have different units; beside that of the mean spectrum they have none.
    private static Plot Loss(SweepRecord sweep)
    {
        Plot plot = Empty(sweep, "Final loss beside that of the mean spectrum (best start; bars to the worst)", "D(X | WH) / D(X | mean spectrum)");
        int place = 0;
        foreach ((double beta, IReadOnlyList<RankSummary> ranks, RankPick pick) in sweep.Losses)
        {
            RankSummary[] known = [.. ranks.Where(rank => rank.ExplainedDivergence is not null)];
            double[] best = [.. known.Select(rank => 1 - rank.ExplainedDivergence!.Value)];
            double[] worst = [.. known.Select((rank, i) => best[i] * (1 + (rank.Spread ?? 0)))];
            Draw(plot, place++, beta, known, best, [.. worst.Select((value, i) => (best[i], value))], pick);
        }
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    private static Plot Stability(SweepRecord sweep)
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
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, 1.05);
        plot.ShowLegend(Alignment.LowerLeft);
        return plot;
    }

    private static Plot Empty(SweepRecord sweep, string title, string unit)
    {
        PlotFont.Use();
        var plot = new Plot();
        plot.Title($"{sweep.Recording.FileName}: {title}", 16);
        plot.XLabel("rank (components)");
        plot.YLabel(unit);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        return plot;
    }

    /// <summary>A line with bars for one loss; the picked rank is ringed.</summary>
    private static void Draw(Plot plot, int place, double beta, RankSummary[] ranks, double[] values, (double Low, double High)[] bars, RankPick pick)
    {
        double[] x = [.. ranks.Select(rank => (double)rank.Rank)];
        if (x.Length == 0) return;
        Scatter line = plot.Add.Scatter(x, values);
        line.LegendText = pick.Rank is { } rank ? string.Create(CultureInfo.InvariantCulture, $"{LossWords.NameOf(beta)}, picked {rank}") : LossWords.NameOf(beta);
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
