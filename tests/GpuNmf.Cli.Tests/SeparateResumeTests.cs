using System.Diagnostics.CodeAnalysis;

namespace GpuNmf.Cli.Tests;

/// <summary>A separation that was killed at any moment: nothing of it has a final name, and it goes on to the same bytes.</summary>
public sealed class SeparateResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _song;

    public SeparateResumeTests() => _song = TestRecording.WriteTones(_folder["song.wav"]);

    private string[] Arguments(string target, params string[] more) =>
        ["separate", _song, "--rank", "3", "--max-iter", "400", "--tol", "0", "--n-fft", "256", "--device", "cpu", "--threads", "1", "--checkpoint-every", "0", "--quiet", "--out", _folder[target], .. more];

    [Fact]
    public Task A_killed_separation_goes_on_to_the_same_bytes() => KillAndGoOn(kills: 5, seed: 1);

    [Fact, Trait("Suite", "Full")]
    public Task A_separation_killed_at_fifty_moments_goes_on_to_the_same_bytes() => KillAndGoOn(kills: 50, seed: 2);

    [SuppressMessage("Security", "CA5394", Justification = "The moments need not be secret.")]
    private async Task KillAndGoOn(int kills, int seed)
    {
        long begun = Environment.TickCount64;
        (await ProgramProcess.Run(Arguments("whole"))).AssertOk();
        // Moments over the time that a whole run takes; which of them falls where does not matter.
        int whole = (int)(Environment.TickCount64 - begun);
        var random = new Random(seed);
        int resumed = 0;
        for (int i = 0; i < kills; i++)
        {
            using (ProgramProcess program = ProgramProcess.Start(Arguments("parts", "--resume")))
            {
                await Task.Delay(random.Next(whole), TestContext.Current.CancellationToken);
                program.Kill();
            }
            if (Directory.Exists(_folder["parts"]))
            {
                AssertSame();
                Directory.Delete(_folder["parts"], recursive: true);
                continue;
            }
            if (File.Exists(Path.Combine(_folder["parts.partial"], "checkpoint.gpunmf"))) resumed++;
        }
        Assert.True(resumed > 0, "no moment left a checkpoint");

        (await ProgramProcess.Run(Arguments("parts", "--resume"))).AssertOk();

        AssertSame();
        Assert.False(Directory.Exists(_folder["parts.partial"]));
    }

    private void AssertSame()
    {
        string[] names = [.. Directory.GetFiles(_folder["whole"]).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(names, Directory.GetFiles(_folder["parts"]).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.' && !name.StartsWith("checkpoint", StringComparison.Ordinal)).Order());
        foreach (string name in names.Where(name => name != "timings.json"))
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["whole"], name)), File.ReadAllBytes(Path.Combine(_folder["parts"], name)));
    }

    [Fact]
    public async Task What_a_killed_run_left_is_refused_without_resume_and_by_other_options()
    {
        using (ProgramProcess program = ProgramProcess.Start(Arguments("parts")))
        {
            string checkpoint = Path.Combine(_folder["parts.partial"], "checkpoint.gpunmf");
            while (!File.Exists(checkpoint)) await Task.Delay(5, TestContext.Current.CancellationToken);
            program.Kill();
        }

        (await ProgramProcess.Run(Arguments("parts"))).AssertError(ExitCodes.Output, "parts.partial' holds the factorisation of an interrupted run; go on with 'separate --resume', or give it up with --force");
        (await ProgramProcess.Run(Arguments("parts", "--resume", "--seed", "4"))).AssertError(ExitCodes.Usage, "--resume cannot go on from", "Seed is 0 there and 4 here. Repeat that run's options, or begin anew with --force and without --resume");
        // Whoever was refused has left it alone.
        (await ProgramProcess.Run(Arguments("parts", "--resume"))).AssertOk();
        (await ProgramProcess.Run(Arguments("whole"))).AssertOk();
        AssertSame();
    }

    [Fact]
    public void A_damaged_checkpoint_says_how_to_begin_anew()
    {
        Directory.CreateDirectory(_folder["parts.partial"]);
        File.WriteAllText(_folder["parts.partial", ".gpunmf-partial"], "");
        File.WriteAllText(_folder["parts.partial", "checkpoint.gpunmf"], "damaged");
        string[] arguments = ["separate", _song, "--n-fft", "256", "--max-iter", "2", "--out", _folder["parts"], "--device", "cpu", "--quiet"];

        CliRun refused = CliRun.Of(new DeviceEngine(), [.. arguments, "--resume"]);

        refused.AssertError(ExitCodes.Usage, "its hash is another; begin anew with --force and without --resume");
        Assert.DoesNotContain("goes on", refused.Stderr, StringComparison.Ordinal);
        CliRun.Of(new DeviceEngine(), [.. arguments, "--force"]).AssertOk();
    }

    [Fact]
    public void Resume_without_anything_to_go_on_from_begins() =>
        CliRun.Of("separate", _song, "--out", _folder["parts"], "--resume").AssertOk();

    [Fact]
    public void A_run_that_fails_says_where_its_factorisation_stays()
    {
        CliRun failed = CliRun.Of(new FailingEngine(), "separate", _song, "--out", _folder["parts"]);

        failed.AssertError(ExitCodes.Device, "The device is gone.", "the factorisation so far stays in", "parts.partial', from where --resume goes on");
        Assert.Equal(["checkpoint.gpunmf"], Directory.GetFiles(_folder["parts.partial"]).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.'));
        CliRun.Of("separate", _song, "--out", _folder["parts"], "--resume").AssertOk();
        Assert.False(Directory.Exists(_folder["parts.partial"]));
        Assert.DoesNotContain(Directory.GetFiles(_folder["parts"]), path => path.Contains("checkpoint", StringComparison.Ordinal));
    }

    /// <summary>Everything is computed, and the folder cannot have its name: the factorisation stays, the parts do not.</summary>
    [Fact]
    public void A_run_that_cannot_be_finished_says_so_too()
    {
        ToyEngine? engine = null;
        engine = new ToyEngine
        {
            AtTheEnd = () =>
            {
                engine!.Checkpoints!.Store.Save(stream => stream.Write([1, 2, 3]));
                Directory.CreateDirectory(_folder["parts"]);
                File.WriteAllText(_folder["parts", "thesis.txt"], "mine");
            },
        };

        CliRun failed = CliRun.Of(engine, "separate", _song, "--out", _folder["parts"], "--quiet");

        failed.AssertError(ExitCodes.Output, "exists already", "the factorisation so far stays in", "from where --resume goes on");
        Assert.Equal(["checkpoint.gpunmf"], Directory.GetFiles(_folder["parts.partial"]).Select(path => Path.GetFileName(path)!).Where(name => name[0] != '.'));
        Assert.Equal(["thesis.txt"], Directory.GetFiles(_folder["parts"]).Select(path => Path.GetFileName(path)!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_run_that_is_stopped_keeps_its_checkpoint_only_where_it_is_meant_to_go_on(bool resumes)
    {
        using var cancellation = new CancellationTokenSource();
        string[] arguments = ["separate", _song, "--out", _folder["parts"], .. resumes ? (string[])["--resume"] : []];

        CliRun stopped = CliRun.Until(new FailingEngine(cancellation), arguments, cancellation.Token);

        stopped.AssertError(ExitCodes.Cancelled, resumes ? "from where --resume goes on" : "stopped; nothing was written");
        Assert.Equal(resumes, Directory.Exists(_folder["parts.partial"]));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Saves a checkpoint, and then loses its device or is stopped.</summary>
    private sealed class FailingEngine(CancellationTokenSource? stop = null) : IEngine
    {
        private readonly ToyEngine _toy = new();

        public IReadOnlyList<Devices.DeviceEntry> ListDevices() => _toy.ListDevices();

        public LearnResult Learn(Devices.DeviceRequest device, MemoryOptions memory, Audio.IAudioSource recording, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation) =>
            throw new NotSupportedException();

        public ISeparator OpenSeparator(Devices.DeviceRequest device) => new Separator(stop);

        public SweepResult Sweep(
            Devices.DeviceRequest device, MemoryOptions memory, Audio.IAudioSource recording, SweepOptions options, Sweep.ISweepStore store, IProgress<SeparationProgress> progress, CancellationToken cancellation) =>
            throw new NotSupportedException();

        private sealed class Separator(CancellationTokenSource? stop) : ISeparator
        {
            public SeparationResult Separate(
                Audio.IAudioSource recording, Audio.IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation)
            {
                place.Checkpoints.Store.Save(stream => stream.Write([1, 2, 3]));
                sink.Begin(new Audio.StemFormat(1, recording.Channels, recording.SampleRateHz, recording.Length));
                stop?.Cancel();
                cancellation.ThrowIfCancellationRequested();
                throw new Devices.DeviceMemoryException("The device is gone.");
            }

            public SeparationPlan Plan(Audio.IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation) => throw new NotSupportedException();

            public void Dispose()
            {
                // Nothing is open.
            }
        }
    }
}
