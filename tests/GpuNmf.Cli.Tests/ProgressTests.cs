using GpuNmf.Cli.Progress;

namespace GpuNmf.Cli.Tests;

public sealed class ProgressTests
{
    private sealed class HandClock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }

    private static string[] Lines(Action<IProgress<SeparationProgress>, HandClock> work)
    {
        using var text = new StringWriter { NewLine = "\n" };
        var clock = new HandClock();
        new PlainProgress(text, clock).Run(progress =>
        {
            work(progress, clock);
            return 0;
        });
        return text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Every_stage_is_announced()
    {
        string[] lines = Lines((progress, _) =>
        {
            foreach (SeparationStage stage in Enum.GetValues<SeparationStage>()) progress.Report(new(stage, 0, 100, null));
        });
        Assert.Equal(["transforming: 0 %", "factorising: iteration 0 of 100", "grouping: 0 %", "writing: 0 %"], lines);
    }

    [Fact]
    public void Quick_work_gets_a_line_every_tenth()
    {
        string[] lines = Lines((progress, _) =>
        {
            for (int i = 0; i <= 200; i++) progress.Report(new(SeparationStage.Factorising, i, 200, 1000.0 / (i + 1)));
        });
        Assert.Equal(11, lines.Length);
        Assert.StartsWith("factorising: iteration 20 of 200, loss 47.619", lines[1], StringComparison.Ordinal);
        Assert.Equal("factorising: iteration 200 of 200, loss 4.97512", lines[10]);
    }

    [Fact]
    public void Slow_work_gets_a_line_every_ten_seconds_with_the_time_left()
    {
        string[] lines = Lines((progress, clock) =>
        {
            for (int i = 0; i <= 25; i++, clock.Seconds++) progress.Report(new(SeparationStage.Factorising, i, 1000, null));
        });
        Assert.Equal(
            ["factorising: iteration 0 of 1000", "factorising: iteration 10 of 1000, 990 s left", "factorising: iteration 20 of 1000, 980 s left"], lines);
    }

    [Fact]
    public void Of_several_recordings_the_lines_say_which_and_are_few()
    {
        using var text = new StringWriter { NewLine = "\n" };
        var clock = new HandClock();
        new PlainProgress(text, clock, new FilePlace(2, 12, "takes/b\nc.wav")).Run(progress =>
        {
            for (int i = 0; i <= 200; i++, clock.Seconds += i % 100 == 50 ? 10 : 0) progress.Report(new(SeparationStage.Factorising, i, 200, null));
        });
        Assert.Equal(
            ["2/12 takes/b c.wav: factorising: iteration 0 of 200", "2/12 takes/b c.wav: factorising: iteration 50 of 200, 30 s left", "2/12 takes/b c.wav: factorising: iteration 150 of 200, 7 s left"],
            text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void What_comes_late_is_not_printed()
    {
        IProgress<SeparationProgress>? kept = null;
        using var text = new StringWriter();
        new PlainProgress(text, TimeProvider.System).Run(progress =>
        {
            kept = progress;
            return 0;
        });
        kept!.Report(new(SeparationStage.Writing, 1, 2, null));
        Assert.Equal("", text.ToString());
    }

    [Fact]
    public void The_live_line_hands_the_work_and_its_result_through()
    {
        using var text = new StringWriter();
        int result = new LiveProgress(text).Run(progress =>
        {
            foreach (SeparationStage stage in Enum.GetValues<SeparationStage>())
                for (int i = 0; i <= 3; i++) progress.Report(new(stage, i, 3, stage == SeparationStage.Factorising ? 1.5 : null));
            return 42;
        });
        Assert.Equal(42, result);
        Assert.Throws<FormatException>(() => new LiveProgress(text).Run<int>(_ => throw new FormatException()));
    }

    [Fact]
    public void A_run_reports_on_stderr_only()
    {
        using var folder = new TemporaryFolder();
        CliRun run = CliRun.Of("separate", TestRecording.WriteTones(folder["song.wav"]), "--out", folder["parts"]).AssertOk();
        Assert.Contains("transforming: 100 %", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("factorising: iteration 200 of 200", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("gpunmf: warning: The engine is a toy.", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("factorising", run.Stdout, StringComparison.Ordinal);
    }
}
