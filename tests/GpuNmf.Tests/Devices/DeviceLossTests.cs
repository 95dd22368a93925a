using GpuNmf.Audio;
using GpuNmf.Checkpoints;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Checkpoints;
using GpuNmf.Tests.Lanes;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using Xunit;

namespace GpuNmf.Tests.Devices;

/// <summary>A device that is lost at any call to its driver, and at every one after it, as after a reset.</summary>
public sealed class DeviceLossTests
{
    private static readonly AudioBuffer s_recording = TestSignals.Recording(TestSignals.Noise(1500, 1), TestSignals.Tones(1500, 2));

    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 64, HopLength = 16 },
        Nmf = new NmfOptions { Rank = 2, MaxIterations = 12, Tolerance = 0 },
    };

    public static TheoryData<SpectrogramStorage> Storages => new(SpectrogramStorage.Device, SpectrogramStorage.Recomputed, SpectrogramStorage.Host, SpectrogramStorage.Disk);

    public static TheoryData<string> Works => new("restarts", "starts", "sources", "learning", "plan", "sweep", "matrix");

    [Theory, MemberData(nameof(Storages))]
    public void Whenever_it_happens_in_a_separation_one_error_says_so_and_nothing_stays(SpectrogramStorage storage) => LoseInSeparation(storage, every: 17);

    [Theory, MemberData(nameof(Works))]
    public void Whatever_is_at_work_one_error_says_so_and_nothing_stays(string work) => LoseIn(work, every: 89);

    [Theory, MemberData(nameof(Storages))]
    [Trait("Suite", "Full")]
    public void At_every_call_of_a_separation_one_error_says_so_and_nothing_stays(SpectrogramStorage storage) => LoseInSeparation(storage, every: 1);

    [Theory, MemberData(nameof(Works))]
    [Trait("Suite", "Full")]
    public void At_every_call_of_any_work_one_error_says_so_and_nothing_stays(string work) => LoseIn(work, every: 1);

    /// <summary>What was kept before the loss is whole: another process goes on from there to the same bits.</summary>
    [Fact]
    public void A_checkpoint_outlives_the_device()
    {
        using var session = Lane.Open(Lane.Cpu);
        using var separator = new SourceSeparator(session);
        var options = s_options with { Nmf = s_options.Nmf with { MaxIterations = 60 } };
        var whole = SeparationRun.On(session, s_recording, options).Result;
        int resumed = 0;
        for (int n = 1; ; n += 31)
        {
            var kept = new MemoryCheckpoints();
            var checkpoints = new CheckpointOptions { Store = kept, Interval = TimeSpan.Zero };
            bool lost = LosesIt(session, n, () => separator.Separate(s_recording, new StemBuffer(), options, checkpoints: checkpoints, cancellation: TestContext.Current.CancellationToken));
            if (!lost) break;
            if (kept.Saved.Count == 0) continue;
            resumed++;
            var again = separator.Separate(s_recording, new StemBuffer(), options, checkpoints: checkpoints, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(whole.Activations, again.Activations);
            Assert.Equal(whole.LossTrace, again.LossTrace);
        }
        Assert.True(resumed > 3, $"{resumed} losses came after a checkpoint");
    }

    [Fact]
    public void The_message_has_the_device_what_the_driver_said_and_the_way_out()
    {
        using var session = Lane.Open(Lane.Cpu);
        session.OnCall = () => throw new CLException(CLError.CL_DEVICE_NOT_AVAILABLE);
        var error = Assert.Throws<DeviceLostException>(() => SeparationRun.On(session, s_recording, s_options));
        session.OnCall = null;
        Assert.Equal($"{session.Entry.Name} stopped working, and what it held is lost: CL_DEVICE_NOT_AVAILABLE. Start again; if it happens again, look at the driver's log, or take another device.", error.Message);
        Assert.IsType<CLException>(error.InnerException);
    }

    [Theory]
    [InlineData(CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE)]
    [InlineData(CLError.CL_OUT_OF_RESOURCES)]
    public void A_driver_without_room_is_not_lost(CLError said)
    {
        using var session = Lane.Open(Lane.Cpu);
        session.OnCall = () => throw new CLException(said);
        Assert.Throws<DeviceMemoryException>(() => session.Allocate<float>(100));
        Assert.Contains("of the host's memory", Assert.Throws<DeviceMemoryException>(() => session.AllocateHost<float>(100)).Message, StringComparison.Ordinal);
        session.OnCall = null;
        Assert.Equal(0, session.LiveBytes);
    }

    /// <summary>Closing a lost device is no second error.</summary>
    [Fact]
    public void A_lost_device_can_be_closed()
    {
        var session = Lane.Open(Lane.Cpu);
        var buffer = session.Allocate<float>(100);
        int calls = 0;
        session.OnCall = () =>
        {
            calls++;
            throw new DriverFailure();
        };
        buffer.Dispose();
        session.Dispose();
        Assert.True(calls >= 3, $"{calls} calls");
        Assert.Equal(0, session.LiveBytes);
    }

    private static void LoseInSeparation(SpectrogramStorage storage, int every)
    {
        using var folder = new TempFolder();
        var memory = new MemoryOptions { Spectrogram = storage, SpoolFolder = folder.Path, MostBlockRows = 40 };
        using var session = Lane.Open(Lane.Cpu);
        AssertAllLosses(session, () => SeparationRun.On(session, s_recording, s_options, memory).Result.Activations, every);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void LoseIn(string work, int every)
    {
        using var session = Lane.Open(Lane.Cpu);
        using var separator = new SourceSeparator(session);
        using var sweep = new RankSweep(session);
        using var matrices = new MatrixFactorizer(session);
        var cancellation = TestContext.Current.CancellationToken;
        AssertAllLosses<object>(session, work switch
        {
            "restarts" => () => separator.Separate(s_recording, new StemBuffer(), s_options with { Nmf = s_options.Nmf with { Restarts = 3, Rank = 13 } }, cancellation: cancellation),
            "starts" => () => separator.Separate(s_recording, new StemBuffer(), s_options with { Nmf = s_options.Nmf with { Initialization = NmfInitialization.KMeans } }, cancellation: cancellation),
            "sources" => () => separator.Separate(s_recording, new StemBuffer(), s_options with { Grouping = new GroupingOptions { Sources = 2, Method = GroupingMethod.Examples, Examples = [s_recording, s_recording] } }, cancellation: cancellation),
            "learning" => () => separator.Learn(s_recording, s_options, cancellation: cancellation),
            "plan" => () => separator.Plan(s_recording, s_options, cancellation),
            "sweep" => () => sweep.Run(s_recording, new SweepOptions { Stft = s_options.Stft, Nmf = s_options.Nmf with { Restarts = 2 }, Ranks = [2, 3] }, cancellation: cancellation),
            _ => () => matrices.Fit(new float[,] { { 1, 2, 3 }, { 3, 1, 2 } }, s_options.Nmf, cancellation: cancellation),
        }, every);
    }

    /// <summary>Loses the device at its first call, at one some calls later, and so on, until the work ends before that.</summary>
    private static void AssertAllLosses<T>(DeviceSession session, Func<T> work, int every)
    {
        T healthy = work();
        int losses = 0;
        while (LosesIt(session, 1 + losses * every, work)) losses++;
        Assert.True(losses >= 1, $"{losses} losses");
        // Nothing of the losses is left in what the same device computes after them.
        if (healthy is Array) Assert.Equal(healthy, work());
    }

    /// <returns>False when the work ended before the call.</returns>
    private static bool LosesIt<T>(DeviceSession session, int call, Func<T> work)
    {
        int calls = 0;
        session.OnCall = () =>
        {
            if (Interlocked.Increment(ref calls) >= call) throw new DriverFailure();
        };
        try
        {
            work();
            return false;
        }
        catch (DeviceLostException exception)
        {
            Assert.IsType<DriverFailure>(exception.InnerException);
            return true;
        }
        finally
        {
            session.OnCall = null;
            Assert.Equal(0, session.LiveBytes);
        }
    }

    private sealed class DriverFailure() : AcceleratorException("unspecified launch failure")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
    }
}
