using System.Text.Json;
using GpuNmf.Cli.Output;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Tests;

/// <summary>Several recordings in one call.</summary>
public sealed class BatchTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _cancellation = new();

    public BatchTests()
    {
        for (int i = 1; i <= 3; i++) TestRecording.WriteTones(_folder[$"{(char)('a' + i - 1)}.wav"], seconds: 0.5, seed: i);
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        _folder.Dispose();
    }

    private CliRun Run(ToyEngine engine, params string[] args) =>
        CliRun.Until(engine, ["separate", "--rank", "2", .. args], _cancellation.Token);

    private string[] All => [_folder["a.wav"], _folder["b.wav"], _folder["c.wav"]];

    private string[] Out => ["--out", _folder["out"]];

    private string[] Made => Directory.Exists(_folder["out"]) ? [.. Directory.EnumerateFileSystemEntries(_folder["out"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];

    [Fact]
    public void Every_recording_gets_a_folder_and_a_line_and_the_device_is_opened_once()
    {
        var engine = new ToyEngine();
        CliRun run = Run(engine, [.. All, .. Out]).AssertOk();

        Assert.Equal(["a", "b", "c"], Made);
        Assert.Equal((1, 1), (engine.Opened, engine.Closed));
        string[] lines = run.Stdout.TrimEnd().Split('\n');
        Assert.Equal(
            [.. ((string[])["a", "b", "c"]).Select(name => $"2 parts of {name}.wav in {_folder["out", name]}: 200 iterations, not converged, loss 0.3, on toy-1 (Toy processor)"), "3 recordings: 3 done"], lines);
        Assert.Contains($"2/3 {_folder["b.wav"]}: factorising: iteration 0 of 200", run.Stderr, StringComparison.Ordinal);
        Assert.Contains($"gpunmf: warning: {_folder["c.wav"]}: The engine is a toy.", run.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("iteration 20 ", run.Stderr, StringComparison.Ordinal);
        CliRun quiet = Run(engine, [.. All, .. Out, "--force", "--quiet"]).AssertOk();
        Assert.Equal(("", ""), (quiet.Stdout, quiet.Stderr));
    }

    [Fact]
    public void What_is_written_is_what_each_gives_alone()
    {
        CliRun.Of(new DeviceEngine(), ["separate", .. All, "--out", _folder["out", "{name}"], "--rank", "3", "--device", "cpu", "--quiet"]).AssertOk();
        foreach (string name in (string[])["a", "b", "c"])
        {
            CliRun.Of(new DeviceEngine(), "separate", _folder[$"{name}.wav"], "--out", _folder["alone", name], "--rank", "3", "--device", "cpu", "--quiet").AssertOk();
            string[] files = [.. Directory.GetFiles(_folder["alone", name]).Select(path => Path.GetFileName(path)).Where(file => file != OutputFiles.Timings)];
            Assert.Equal(6, files.Length);
            foreach (string file in files) Assert.Equal(File.ReadAllBytes(_folder["alone", name, file]), File.ReadAllBytes(_folder["out", name, file]));
        }
    }

    [Fact]
    public void The_next_is_open_before_the_one_at_work_is_done_and_no_more_than_that()
    {
        var during = new List<string[]>();
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                string next = during.Count == 0 ? "b.partial" : "c.partial";
                Assert.True(SpinWait.SpinUntil(() => Made.Contains(next), s_limit), $"{next} is not there while the one before is at work");
                during.Add(Made);
            },
        };

        Run(engine, [.. All, .. Out]).AssertOk();

        Assert.Equal(["a.partial", "b.partial"], during[0]);
        Assert.Contains("b.partial", during[1]);
        Assert.Contains("c.partial", during[1]);
        Assert.Equal(["a", "b", "c"], Made);
    }

    /// <summary>The first cannot be finished before the second is at work: a named pipe stands where its templates go, and is read only then.</summary>
    [Fact]
    public void The_one_before_is_finished_while_the_next_is_at_work()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        string pipe = _folder["out", "a.partial", OutputFiles.Templates];
        int ended = 0;
        long read = 0;
        var engine = new ToyEngine
        {
            AtTheEnd = () =>
            {
                if (ended++ > 0) return;
                using var make = System.Diagnostics.Process.Start("mkfifo", [pipe]);
                make.WaitForExit();
            },
            InTheMidst = _ =>
            {
                if (ended != 1) return;
                using FileStream reader = File.OpenRead(pipe);
                using var content = new MemoryStream();
                reader.CopyTo(content);
                read = content.Length;
            },
        };

        Run(engine, [.. All, .. Out]).AssertOk();

        Assert.Equal(["a", "b", "c"], Made);
        Assert.Equal(new FileInfo(_folder["out", "b", OutputFiles.Templates]).Length, read);
    }

    [Fact]
    public void A_failure_stops_no_other_and_is_listed_at_the_end()
    {
        File.WriteAllText(_folder["b.wav"], "no audio");
        CliRun run = Run(new ToyEngine(), [_folder["none.wav"], .. All, .. Out]);

        Assert.Equal(ExitCodes.Input, run.ExitCode);
        Assert.Equal(["a", "c"], Made);
        Assert.EndsWith("4 recordings: 2 done, 2 failed\n", run.Stdout, StringComparison.Ordinal);
        string[] lines = run.Stderr.TrimEnd().Split('\n');
        Assert.Equal("gpunmf: 2 of 4 recordings failed:", lines[^3]);
        Assert.Equal($"gpunmf:   {_folder["none.wav"]}: exit code 3: no such file", lines[^2]);
        Assert.StartsWith($"gpunmf:   {_folder["b.wav"]}: exit code 3: ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_of_different_codes_have_a_code_of_their_own()
    {
        File.WriteAllText(_folder["b.wav"], "no audio");
        Directory.CreateDirectory(_folder["out", "c"]);
        CliRun run = Run(new ToyEngine(), [.. All, .. Out, "--quiet"]);

        Assert.Equal(ExitCodes.SomeFailed, run.ExitCode);
        Assert.Equal("", run.Stdout);
        Assert.Equal(3, run.Stderr.TrimEnd().Split('\n').Length);
        Assert.Contains($"{_folder["c.wav"]}: exit code 5: --out '{_folder["out", "c"]}' exists already", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(["a", "c"], Made);
    }

    [Fact]
    public void A_failure_in_the_midst_leaves_nothing_of_its_own()
    {
        int at = 0;
        var engine = new ToyEngine { InTheMidst = _ => { if (++at == 2) throw new InvalidOperationException("broken\nin two"); } };
        CliRun run = Run(engine, [.. All, .. Out]);

        Assert.Equal(ExitCodes.Internal, run.ExitCode);
        Assert.Contains($"gpunmf:   {_folder["b.wav"]}: exit code 1: internal error, please report it: InvalidOperationException: broken in two", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(["a", "c"], Made);
    }

    [Fact]
    public void Where_all_fail_no_folder_stays()
    {
        var engine = new ToyEngine { InTheMidst = _ => throw new DeviceMemoryException("too small") };
        CliRun run = Run(engine, [.. All, "--out", _folder["out", "deep", "{name}"]]);

        Assert.Equal(ExitCodes.Device, run.ExitCode);
        Assert.Equal(["a.wav", "b.wav", "c.wav"], _folder.Names);
    }

    /// <summary>Whether it comes back or not, it is the failure of the recordings that it was lost to.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_is_lost_is_opened_anew(bool comesBack)
    {
        int recordings = 0, openings = 0;
        var engine = new ToyEngine
        {
            OnOpening = () =>
            {
                if (++openings > 1 && !comesBack) throw new DeviceUnavailableException("it is gone");
            },
            InTheMidst = _ =>
            {
                if (++recordings == 2) throw new DeviceLostException("it stopped working");
            },
        };
        CliRun run = Run(engine, [.. All, .. Out, "--quiet"]);

        Assert.Equal(ExitCodes.Device, run.ExitCode);
        Assert.Contains($"{_folder["b.wav"]}: exit code 4: it stopped working", run.Stderr, StringComparison.Ordinal);
        Assert.Equal(!comesBack, run.Stderr.Contains($"{_folder["c.wav"]}: exit code 4: it is gone", StringComparison.Ordinal));
        Assert.Equal(comesBack ? ["a", "c"] : ["a"], Made);
        Assert.Equal(2, openings);
    }

    [Fact]
    public void A_device_that_is_not_there_is_said_once()
    {
        var engine = new ToyEngine { OnOpening = () => throw new DeviceUnavailableException("no such device") };
        Run(engine, [.. All, .. Out, "--quiet"]).AssertError(ExitCodes.Device, "no such device");
        Assert.Equal(["a.wav", "b.wav", "c.wav"], _folder.Names);
    }

    [Theory]
    [InlineData("--tol 1", ExitCodes.Usage, "--tol is 1")]
    [InlineData("--out out/{what}", ExitCodes.Usage, "--out is given 2 times")]
    [InlineData("nothing/*.wav", ExitCodes.Input, "matches no recording")]
    [InlineData("--init-templates none.npy", ExitCodes.Input, "no such file")]
    public void What_is_wrong_for_all_is_said_before_any_work(string options, int exitCode, string message)
    {
        Run(new ToyEngine { OnOpening = () => Assert.Fail("The device was opened.") }, [.. All, .. Out, .. options.Split(' ')]).AssertError(exitCode, message);
        Assert.Equal(["a.wav", "b.wav", "c.wav"], _folder.Names);
    }

    [Fact]
    public void A_recording_where_another_ones_parts_go_is_kept()
    {
        Run(new ToyEngine(), [.. All, .. Out, "--quiet"]).AssertOk();
        string part = _folder["out", "b", "component-01.wav"];
        Run(new ToyEngine(), [.. All, part, .. Out, "--force"]).AssertError(ExitCodes.Usage, $"INPUT '{part}' lies in '{_folder["out", "b"]}', where --out writes");
        Assert.True(File.Exists(part));
    }

    [Fact]
    public void Parts_beside_the_recordings_are_no_recordings_of_the_next_call()
    {
        string[] args = [_folder["**", "*.wav"], "--out", _folder["{name}"], "--quiet"];
        Run(new ToyEngine(), args).AssertOk();
        Run(new ToyEngine(), [.. args, "--force"]).AssertOk();
        Assert.Equal(["a", "a.wav", "b", "b.wav", "c", "c.wav"], _folder.Names);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_stopped_call_keeps_what_is_finished(int stopped)
    {
        int at = 0;
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                if (++at != stopped) return;
                // The one before is finished on a thread of its own; the next one is open.
                Assert.True(SpinWait.SpinUntil(() => Made.Contains("a") == (stopped > 1) && Made.Contains(stopped > 1 ? "c.partial" : "b.partial"), s_limit), string.Join(' ', Made));
                _cancellation.Cancel();
            },
        };
        CliRun run = Run(engine, [.. All, .. Out, "--json"]);

        Assert.Equal(ExitCodes.Cancelled, run.ExitCode);
        Assert.Equal(stopped > 1 ? ["a"] : [], Made);
        Assert.Equal(stopped > 1, Directory.Exists(_folder["out"]));
        Assert.Equal(1, engine.Closed);
        string counts = stopped > 1 ? "3 recordings: 1 done, 2 stopped" : "3 recordings: 0 done, 3 stopped";
        Assert.EndsWith($"gpunmf: stopped; {counts}", run.Stderr.TrimEnd(), StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(run.Stdout);
        Assert.Equal(stopped > 1 ? ["done", "stopped", "stopped"] : ["stopped", "stopped", "stopped"], document.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("outcome").GetString()));
    }

    [Fact]
    public void Work_that_does_not_listen_is_left_behind_and_closes_the_device_at_its_end()
    {
        using var release = new ManualResetEventSlim();
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                _cancellation.Cancel();
                release.Wait(CancellationToken.None);
            },
        };
        Assert.Equal(ExitCodes.Cancelled, Run(engine, [.. All, .. Out]).ExitCode);
        Assert.Equal(0, engine.Closed);
        Assert.False(Directory.Exists(_folder["out"]));
        release.Set();
        Assert.True(SpinWait.SpinUntil(() => engine.Closed == 1, s_limit), "the device was not closed");
    }

    [Fact]
    public void A_pipe_that_nobody_writes_to_does_not_hold_a_stopped_call()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        string pipe = _folder["pipe"];
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe])) make.WaitForExit();
        var engine = new ToyEngine { InTheMidst = _ => _cancellation.Cancel() };
        Assert.Equal(ExitCodes.Cancelled, Run(engine, [_folder["a.wav"], pipe, .. Out, "--quiet"]).ExitCode);
        Assert.Equal(["a.wav", "b.wav", "c.wav", "pipe"], _folder.Names);
        using var release = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);      // lets the reader go that was left behind
    }

    [Fact]
    public void Json_is_one_document_with_that_of_each_recording()
    {
        File.WriteAllText(_folder["b.wav"], "no audio");
        CliRun run = Run(new ToyEngine(), [.. All, .. Out, "--json", "--quiet"]);
        Assert.Equal(ExitCodes.Input, run.ExitCode);
        using JsonDocument document = JsonDocument.Parse(run.Stdout);
        JsonElement root = document.RootElement;
        Assert.Equal(["program", "version", "files", "done", "skipped", "failed", "stopped", "exitCode"], root.EnumerateObject().Select(p => p.Name));
        Assert.Equal((2, 0, 1, 0, 3), (root.GetProperty("done").GetInt32(), root.GetProperty("skipped").GetInt32(), root.GetProperty("failed").GetInt32(), root.GetProperty("stopped").GetInt32(), root.GetProperty("exitCode").GetInt32()));
        JsonElement[] files = [.. root.GetProperty("files").EnumerateArray()];
        Assert.All(files, file => Assert.Equal(["file", "folder", "outcome", "exitCode", "error", "result"], file.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(All, files.Select(file => file.GetProperty("file").GetString()));
        Assert.Equal(JsonValueKind.Null, files[1].GetProperty("result").ValueKind);
        Assert.Contains("b.wav", files[1].GetProperty("error").GetString()!, StringComparison.Ordinal);
        string alone = Run(new ToyEngine(), _folder["c.wav"], "--out", _folder["out", "c"], "--force", "--json", "--quiet").AssertOk().Stdout;
        using JsonDocument one = JsonDocument.Parse(alone);
        Assert.Equal(one.RootElement.EnumerateObject().Select(p => p.Name), files[2].GetProperty("result").EnumerateObject().Select(p => p.Name));
        Assert.Equal(one.RootElement.GetProperty("paths").GetRawText().Replace(" ", "", StringComparison.Ordinal), files[2].GetProperty("result").GetProperty("paths").GetRawText().Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Names_with_line_breaks_stay_in_their_lines()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        File.Move(_folder["a.wav"], _folder["a\nb.wav"]);
        File.WriteAllText(_folder["x\ny.wav"], "no audio");
        CliRun run = Run(new ToyEngine { Warning = "Odd." }, _folder["*.wav"], "--out", _folder["out"]);
        Assert.Equal(ExitCodes.Input, run.ExitCode);
        Assert.Equal(4, run.Stdout.TrimEnd().Split('\n').Length);
        Assert.All(run.Stderr.TrimEnd().Split('\n'), line => Assert.True(line.StartsWith("gpunmf: ", StringComparison.Ordinal) || char.IsAsciiDigit(line[0]), line));
        Assert.Equal(["a\nb", "b", "c"], Made);
    }

    [Fact]
    public void A_folder_after_a_double_dash_and_one_match_still_get_a_folder_for_each()
    {
        Directory.CreateDirectory(_folder["-takes"]);
        File.Move(_folder["a.wav"], _folder["-takes", "-a.wav"]);
        string here = Environment.CurrentDirectory;
        Run(new ToyEngine(), ["--quiet", .. Out, "--", Path.GetRelativePath(here, _folder["-takes"])]).AssertOk();
        Assert.Equal(["-a"], Made);
    }

    [Fact]
    public void A_closed_stdout_costs_no_recording()
    {
        using var stderr = new StringWriter();
        using var stdout = new ClosedWriter();
        int exitCode = CommandLine.Run(["separate", .. All, .. Out], stdout, stderr, new ToyEngine(), CancellationToken.None);
        Assert.Equal(ExitCodes.Output, exitCode);
        Assert.Equal(["a", "b", "c"], Made);
        Assert.EndsWith("gpunmf: cannot write to standard output: closed; 3 recordings: 3 done", stderr.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    private sealed class ClosedWriter : StringWriter
    {
        public override void Flush() => throw new IOException("closed");
    }
}
