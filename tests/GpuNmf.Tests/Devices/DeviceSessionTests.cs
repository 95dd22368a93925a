using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Grouping;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using Xunit;

namespace GpuNmf.Tests.Devices;

/// <summary>What is allocated is freed, however a separation ends, and iterations allocate nothing.</summary>
public sealed class DeviceSessionTests
{
    private static readonly AudioBuffer s_recording = TestSignals.Recording(TestSignals.Tones(300, 1), TestSignals.Noise(300, 2));

    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 64 },
        Nmf = new NmfOptions { Rank = 3, MaxIterations = 5, Tolerance = 0 },
    };

    public static IEnumerable<object[]> Stages => Enum.GetValues<SeparationStage>().Select(stage => new object[] { stage });

    [Theory, OnEveryDevice]
    public void Nothing_is_left_after_a_separation(string lane)
    {
        using var session = Lane.Open(lane);
        var run = SeparationRun.On(session, s_recording, s_options);

        Assert.Equal(0, session.LiveBytes);
        Assert.Equal(session.PeakBytes, run.Result.PeakDeviceBytes);
        // At least the samples (2 x 300) and the magnitudes (33 bins x 19 frames) were there at a time.
        Assert.True(session.PeakBytes >= 4 * (2 * 300 + 33 * 19), $"{session.PeakBytes} bytes");
    }

    [Theory, OnEveryDevice(nameof(Stages))]
    public void Nothing_is_left_after_a_cancellation(string lane, SeparationStage stage)
    {
        using var session = Lane.Open(lane);
        using var stop = new CancellationTokenSource();
        var progress = new Told(p =>
        {
            if (p.Stage == stage) stop.Cancel();
        });
        // Three blocks of 64 hops, so that the stems are looked at in between; every other stage is followed by one that looks.
        var recording = TestSignals.Recording(TestSignals.Noise(stage == SeparationStage.Writing ? 2500 : 300, 3));
        var options = Lane.IsSimulated(lane) ? s_options with { Nmf = s_options.Nmf with { MaxIterations = 1 } } : s_options;
        if (stage == SeparationStage.Grouping) options = options with { Grouping = new GroupingOptions { Sources = 2 } };

        Assert.ThrowsAny<OperationCanceledException>(() => Separate(session, recording, new StemBuffer(), options, progress, stop.Token));

        Assert.Equal(0, session.LiveBytes);
    }

    [Theory, OnEveryDevice]
    public void Nothing_is_left_after_the_sink_fails(string lane)
    {
        using var session = Lane.Open(lane);

        Assert.Throws<IOException>(() => Separate(session, s_recording, new FullDisk(), s_options, null, TestContext.Current.CancellationToken));

        Assert.Equal(0, session.LiveBytes);
        // The device is as good as new.
        Differences.Within(RoundTripTests.Tolerance, SeparationRun.On(session, s_recording, s_options).SumError(s_recording), lane);
    }

    [Theory, OnEveryDevice]
    public void Nothing_is_left_after_bad_samples_and_a_start_of_the_wrong_shape(string lane)
    {
        using var session = Lane.Open(lane);
        float[] broken = TestSignals.Noise(500, 4);
        broken[444] = float.NaN;
        var start = s_options with { Nmf = s_options.Nmf with { InitialTemplates = new float[33, 2] } };

        Assert.Throws<AudioFormatException>(() => SeparationRun.On(session, TestSignals.Recording(broken), s_options));
        Assert.Throws<ArgumentException>(() => SeparationRun.On(session, s_recording, start));

        Assert.Equal(0, session.LiveBytes);
    }

    [Theory, OnEveryDevice]
    public void Iterations_allocate_nothing(string lane)
    {
        using var session = Lane.Open(lane);
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 1);
        foreach (double beta in Lane.IsSimulated(lane) ? new[] { 1.5 } : lane == Lane.OpenCL ? [1, 1.5] : [0, 1, 1.5, 2])
        {
            long Allocations(int iterations)
            {
                long before = session.Allocations;
                NmfRun.Fit(session, x, new NmfOptions { Rank = 3, Beta = beta, MaxIterations = iterations, Tolerance = 0 });
                return session.Allocations - before;
            }

            long once = Allocations(1);
            Assert.True(once > 0, $"{lane}: {once} allocations");
            Assert.Equal(once, Allocations(Lane.IsSimulated(lane) ? 12 : 50));
        }
        Assert.Equal(0, session.LiveBytes);
    }

    /// <summary>On the CPU a buffer takes a line of the caches more than its elements, so that it can begin one.</summary>
    [Fact]
    public void Bytes_are_counted_while_they_live()
    {
        using var session = DeviceSession.Open(DeviceRequest.Cpu with { Threads = 1 });
        var first = session.Allocate<float>(100);
        var second = session.Allocate<double>(10);
        Assert.Equal((480 + 2 * 64, 480 + 2 * 64, 2), (session.LiveBytes, session.PeakBytes, session.Allocations));
        Assert.All(first.Download(), value => Assert.Equal(0f, value));

        first.Dispose();
        first.Dispose();

        Assert.Equal((80 + 64, 480 + 2 * 64), (session.LiveBytes, session.PeakBytes));
        session.RestartPeak();
        Assert.Equal(80 + 64, session.PeakBytes);
        Assert.Throws<ObjectDisposedException>(() => first.View);
        second.Dispose();
        Assert.Equal(0, session.LiveBytes);
    }

    private static void Separate(
        DeviceSession session, IAudioSource recording, IStemSink sink, SeparationOptions options, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
#pragma warning disable CA2000 // Disposing the separator would close the session, which the test looks at afterwards.
        new SourceSeparator(session).Separate(recording, sink, options, progress, null, cancellation);
#pragma warning restore CA2000
    }

    private sealed class Told(Action<SeparationProgress> act) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => act(value);
    }

    private sealed class FullDisk : IStemSink
    {
        public void Begin(StemFormat format)
        {
        }

        public void Write(int component, long start, ReadOnlySpan<float> interleaved) => throw new IOException("The disk is full.");
    }
}
