using System.Diagnostics;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

public sealed class CancellationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _cancellation = new();

    public CancellationTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose()
    {
        _cancellation.Dispose();
        _folder.Dispose();
    }

    private CliRun Run(ToyEngine engine) =>
        CliRun.Until(engine, ["separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet"], _cancellation.Token);

    [Fact]
    public void A_token_set_in_the_midst_leaves_nothing()
    {
        string[] during = [];
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                during = _folder.Names;
                _cancellation.Cancel();
            },
        };
        Run(engine).AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(["parts.partial", "song.wav"], during);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void A_token_set_before_the_start_leaves_nothing()
    {
        _cancellation.Cancel();
        Run(new ToyEngine()).AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void A_token_set_while_the_stems_are_finished_leaves_the_old_folder()
    {
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet", "--rank", "5").AssertOk();
        Dictionary<string, byte[]> Files() => Directory.EnumerateFiles(_folder["parts"]).ToDictionary(p => p, File.ReadAllBytes);
        Dictionary<string, byte[]> old = Files();
        string[] during = [];
        var engine = new ToyEngine
        {
            AtTheEnd = () =>
            {
                during = Directory.GetFiles(_folder["parts.partial"], "*.wav");
                _cancellation.Cancel();
            },
        };
        CliRun.Until(engine, ["separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet", "--rank", "3", "--force"], _cancellation.Token)
            .AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(3, during.Length);
        Assert.Equal(["parts", "song.wav"], _folder.Names);
        Assert.Equal(old, Files());
    }

    [Fact]
    public void What_cannot_be_removed_is_named_and_still_known_as_unfinished()
    {
        string stranger = _folder["parts.partial", "mine"];
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                Directory.CreateDirectory(stranger);
                _cancellation.Cancel();
            },
        };
        CliRun run = Run(engine);
        Assert.Equal(ExitCodes.Cancelled, run.ExitCode);
        Assert.Equal(
            [$"gpunmf: warning: not all of the unfinished output could be removed: '{stranger}' is in the way", "gpunmf: stopped; nothing was written"],
            run.Stderr.TrimEnd().Split(Environment.NewLine));
        Assert.Equal([stranger, _folder["parts.partial", OwnFolder.WorkMarker]], Directory.EnumerateFileSystemEntries(_folder["parts.partial"]).Order(StringComparer.Ordinal).Reverse());
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet").AssertError(ExitCodes.Output, $"'{stranger}' is in the way");
        Directory.Delete(stranger);
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet").AssertOk();
        Assert.Equal(["parts", "song.wav"], _folder.Names);
    }

    [Theory]
    [InlineData("--init-templates")]
    [InlineData("--init-activations")]
    [InlineData(null)]
    public void A_pipe_that_nobody_writes_to_does_not_hold_a_stopped_run(string? option)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among its files.");
        string pipe = _folder["pipe"];
        using (Process make = Process.Start("mkfifo", [pipe])) make.WaitForExit();
        _cancellation.Cancel();
        string[] args = option is null ? ["separate", pipe] : ["separate", _folder["song.wav"], option, pipe];
        CliRun.Until(new ToyEngine(), [.. args, "--out", _folder["parts"]], _cancellation.Token).AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(["pipe", "song.wav"], _folder.Names);
        using var release = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite);      // lets the reader go that was left behind
    }

    [Fact]
    public void Work_that_does_not_listen_is_left_behind()
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
        Run(engine).AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(["song.wav"], _folder.Names);
        release.Set();
    }

    [Fact]
    public void A_token_set_when_the_work_is_done_still_leaves_nothing()
    {
        int result = Interruptible.Run(() => 5, TimeSpan.FromSeconds(30), CancellationToken.None);
        Assert.Equal(5, result);
        var late = new ToyEngine { InTheMidst = _ => { } };
        _cancellation.CancelAfter(TimeSpan.Zero);
        SpinWait.SpinUntil(() => _cancellation.IsCancellationRequested);
        Run(late).AssertError(ExitCodes.Cancelled, "stopped");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void An_error_of_the_work_arrives_as_it_was() =>
        Assert.Throws<FormatException>(() => Interruptible.Run<int>(() => throw new FormatException(), TimeSpan.Zero, CancellationToken.None));
}
