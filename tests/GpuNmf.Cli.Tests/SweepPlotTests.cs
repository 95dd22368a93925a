using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Sweeping;
using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Sweep;
using ScottPlot;
using ScottPlot.Panels;
using ScottPlot.Plottables;

namespace GpuNmf.Cli.Tests;

/// <summary>The pictures of sweeps, of those too that leave nothing to draw.</summary>
public sealed class SweepPlotTests
{
    private const int Width = 1000, Height = 540;

    [Theory]
    [InlineData("2..8", 4, "kl,frobenius,is")]
    [InlineData("2..8", 1, "kl")]
    [InlineData("4", 4, "kl")]
    [InlineData("4", 1, "kl")]
    [InlineData("2,3,40,200", 2, "kl,0.5")]
    public void Axes_hold_the_ranks_and_the_values_and_no_legend_covers_them(string ranks, int restarts, string losses)
    {
        SweepRecord sweep = Toy(ranks, restarts, losses);
        int first = sweep.Request.Options.Ranks[0], last = sweep.Request.Options.Ranks[^1];
        foreach (Plot plot in (Plot[])[SweepPlots.Loss(sweep), SweepPlots.Stability(sweep)])
        {
            Render(plot);
            AxisLimits limits = plot.Axes.GetLimits();
            Assert.InRange(first - limits.Left, 0.5, Math.Max(0.5, 0.1 * (last - first)));
            Assert.InRange(limits.Right - last, 0.5, Math.Max(0.5, 0.1 * (last - first)));
            Assert.Equal(0, limits.Bottom);
            Assert.All(plot.GetPlottables<Scatter>().SelectMany(line => line.Data.GetScatterPoints()), point => Assert.InRange(point.Y, 0, limits.Top));
            Assert.All(plot.GetPlottables<LinePlot>(), bar => Assert.InRange(bar.End.Y, 0, limits.Top));
            Assert.All(plot.Axes.Bottom.TickGenerator.Ticks, tick => Assert.Equal(Math.Round(tick.Position), tick.Position, 9));      // multiples of a step
            Assert.All(plot.Axes.Bottom.TickGenerator.Ticks, tick => Assert.Equal(Math.Round(tick.Position) < 1 ? "" : $"{Math.Round(tick.Position)}", tick.Label));
            Assert.False(plot.Legend.IsVisible, "a legend lies within the data");
            Assert.Single(plot.Axes.GetPanels().OfType<LegendPanel>());
        }
        Assert.Equal((0, 1.05), (SweepPlots.Stability(sweep).Axes.GetLimits().Bottom, SweepPlots.Stability(sweep).Axes.GetLimits().Top));
    }

    [Fact]
    public void Seven_ranks_have_a_tick_each()
    {
        Plot plot = SweepPlots.Loss(Toy("2..8", 2, "kl"));
        Render(plot);
        Assert.Equal(["2", "3", "4", "5", "6", "7", "8"], plot.Axes.Bottom.TickGenerator.Ticks.Select(tick => tick.Label));
    }

    [Fact]
    public void A_single_start_has_a_note_instead_of_a_stability()
    {
        SweepRecord sweep = Toy("2..5", 1, "kl");
        Assert.Contains("one start of each rank", NoteOf(SweepPlots.Stability(sweep)), StringComparison.Ordinal);
        Assert.Null(NoteOf(SweepPlots.Loss(sweep)));
        Assert.Null(NoteOf(SweepPlots.Stability(Toy("2..5", 2, "kl"))));
    }

    /// <summary>A picture with an empty legend beside it would be blank.</summary>
    [Fact]
    public void Silence_has_notes_and_axes()
    {
        SweepRecord sweep = Silence("2..5", 3);
        Plot loss = SweepPlots.Loss(sweep), stability = SweepPlots.Stability(sweep);
        Assert.Contains("silent", NoteOf(loss), StringComparison.Ordinal);
        Assert.Contains("zero everywhere", NoteOf(stability), StringComparison.Ordinal);
        Assert.Equal((0, 1), (loss.Axes.GetLimits().Bottom, loss.Axes.GetLimits().Top));
        foreach (Plot plot in (Plot[])[loss, stability])
        {
            Render(plot);
            Assert.InRange(plot.RenderManager.LastRender.DataRect.Width, Width / 2, Width);
            Assert.InRange(plot.RenderManager.LastRender.DataRect.Height, Height / 2, Height);
        }
    }

    [Theory]
    [InlineData("song.wav", "song.wav")]
    [InlineData("0123456789012345678901234567890123456789 and much more than anybody reads and 012345678901234567890123456789.wav", "0123456789012345678901234567890123456789… and 012345678901234567890123456789.wav")]
    public void The_name_stands_on_a_line_of_its_own_and_fits(string name, string shown) =>
        Assert.StartsWith($"{shown}\nFinal loss", SweepPlots.Loss(Toy("2..5", 2, "kl", name)).Axes.Title.Label.Text, StringComparison.Ordinal);

    private static void Render(Plot plot) => plot.GetImageBytes(Width, Height, ImageFormat.Png);

    private static string? NoteOf(Plot plot) => plot.GetPlottables<Annotation>().SingleOrDefault()?.Text;

    private static SweepRecord Toy(string ranks, int restarts, string losses, string name = "song.wav")
    {
        SweepOptions options = Options(ranks, restarts) with { Betas = [.. losses.Split(',').Select(text => LossWords.Read(new System.CommandLine.Option<string>("--loss"), text))] };
        SweepResult result = new ToyEngine().Sweep(
            DeviceRequest.Cpu, new MemoryOptions(), new AudioBuffer(new float[8000], 1, 8000), options, new NoStore(), new Progress<SeparationProgress>(), TestContext.Current.CancellationToken);
        return Record(options, result, name);
    }

    /// <summary>Of silence every loss is 0 and every template too.</summary>
    private static SweepRecord Silence(string ranks, int restarts)
    {
        SweepOptions options = Options(ranks, restarts);
        RankSummary[] summaries = [.. options.Ranks.Select(rank => RankSummary.Of(
            [.. Enumerable.Range(0, restarts).Select(seed => new SweepModel(new SweepKey(1, rank, (ulong)seed), 0, 0, true, 0, new float[5, rank], null))], 0, TestContext.Current.CancellationToken))];
        return Record(options, new SweepResult
        {
            Summaries = summaries,
            Picks = [RankPick.Of(summaries)],
            Bins = 5,
            Frames = 7,
            Device = new ToyEngine().ListDevices()[2],
            Kind = "toy-1",
            Warnings = [],
            Timings = default,
            PeakDeviceBytes = 0,
        });
    }

    private static SweepOptions Options(string ranks, int restarts) =>
        new() { Ranks = NumberList.Read(new System.CommandLine.Option<string>("--ranks"), ranks), Nmf = new NmfOptions { Restarts = restarts } };

    private static SweepRecord Record(SweepOptions options, SweepResult result, string name = "song.wav") => new(
        new SweepRequest(new InputRequest(name, 0, null), "ranks", new FolderReuse(false, false), KeptFactors.None, false, DeviceRequest.Cpu, new MemoryOptions(), options, Verbosity.Quiet),
        new RecordingInfo(name, "PCM 16", 8000, 1, 8000, "00"), result, [], 0);

    /// <summary>Keeps nothing.</summary>
    private sealed class NoStore : ISweepStore
    {
        public void Begin(SweepSetting setting)
        {
        }

        public SweepModel? Load(SweepKey key) => null;

        public void Save(SweepModel model)
        {
        }
    }
}
