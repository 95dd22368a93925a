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
