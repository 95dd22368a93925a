using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>What a separation takes is said before, and a limit is kept.</summary>
public sealed class MemoryTests
{
    private static readonly StftOptions s_stft = new() { FftLength = 512, HopLength = 128 };

    /// <summary>What the sums over frames, the factors and the stems of every kind take.</summary>
    public static IEnumerable<object[]> Settings =>
        from nmf in new NmfOptions[]
        {
            new() { Rank = 3 },
            new() { Rank = 20, Beta = 2, Restarts = 3 },
            new() { Rank = 13, Beta = 2, Solver = NmfSolver.CoordinateDescent },
            new() { Rank = 9, Beta = 0.5, Initialization = NmfInitialization.KMeans },
        }
        from storage in new[] { SpectrogramStorage.Device, SpectrogramStorage.Recomputed }
        select new object[] { nmf, storage };

    [Theory, MemberData(nameof(Settings))]
    public void A_separation_takes_on_the_device_what_its_plan_says(NmfOptions nmf, SpectrogramStorage storage)
    {
        using var session = Lane.Open(Lane.Cpu);
        var recording = TestSignals.Recording(TestSignals.Noise(200_000, 1), TestSignals.Noise(200_000, 2));
        var options = new SeparationOptions
        {
            Stft = s_stft,
            Nmf = nmf with { MaxIterations = 1 },
            Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Stack },
        };
#pragma warning disable CA2000 // Disposing the separator would close the session twice.
        var separator = new SourceSeparator(session, new MemoryOptions { Spectrogram = storage, MostBlockRows = 700 });
#pragma warning restore CA2000

        var plan = separator.Plan(recording, options, TestContext.Current.CancellationToken);
        var result = separator.Separate(recording, new StemBuffer(), options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(storage, plan.Storage);
        Assert.Equal(storage, result.Storage);
        // A plan takes the samples of a launch for those of a block, and what comes and goes as if it came together.
        Assert.InRange(result.PeakDeviceBytes, plan.DeviceBytes * (storage == SpectrogramStorage.Device ? 0.85 : 0.65), plan.DeviceBytes);
        Assert.Equal(2, plan.Passes);
        Assert.Equal(storage == SpectrogramStorage.Device ? 1 : Math.Ceiling(2 * s_stft.FrameCount(200_000) / Math.Max(700.0, LeastRows(session, nmf))), plan.Blocks);
        Assert.True(plan.Timings is { ReadSeconds: > 0, StftSeconds: > 0, NmfSeconds: > 0, StemSeconds: > 0 }, $"{plan.Timings}");
    }

    private static int LeastRows(DeviceSession session, NmfOptions nmf) =>
        StreamedSpectrogram.LargestSlice(NmfGeometry.Of(s_stft.Bins, 2 * s_stft.FrameCount(200_000), nmf.Rank, session.Form));

    /// <summary>Six minutes, whose spectrogram is larger than the limit.</summary>
    [Fact]
    public void What_exceeds_the_limit_is_streamed_with_the_same_bits()
    {
        var framing = new StftOptions { FftLength = 512, HopLength = 64 };
        var recording = TestSignals.Recording(TestSignals.Noise(8_000_000, 3));
        var options = new SeparationOptions { Stft = framing, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2, Tolerance = 0 } };
        var limit = new MemoryOptions { LimitBytes = MemoryOptions.LeastLimitBytes };
        long spectrogram = framing.FrameCount(recording.Length) * 288 * sizeof(float);
        Assert.True(spectrogram > MemoryBudget.Of(Lane.Session(Lane.Cpu), limit).DeviceBytes);

        SeparationResult Run(MemoryOptions memory)
        {
            using var separator = new SourceSeparator(DeviceRequest.Cpu, memory);
            return separator.Separate(recording, new SilentSink(), options, cancellation: TestContext.Current.CancellationToken);
        }
        var whole = Run(new MemoryOptions { Spectrogram = SpectrogramStorage.Device });
        var limited = Run(limit);

        Assert.Contains(limited.Storage, new[] { SpectrogramStorage.Recomputed, SpectrogramStorage.Disk });
        Assert.InRange(limited.PeakDeviceBytes, 1, limit.LimitBytes!.Value);
        Assert.True(whole.PeakDeviceBytes > spectrogram);
        Assert.Empty(limited.Warnings);
        Assert.Equal(whole.Templates, limited.Templates);
        Assert.Equal(whole.Activations, limited.Activations);
        Assert.Equal(whole.LossTrace, limited.LossTrace);
        Assert.Equal(whole.ConservationResidualDb, limited.ConservationResidualDb);
    }

    [Fact]
    public void A_device_that_refuses_memory_gets_smaller_blocks_and_the_user_is_told()
    {
        using var session = Lane.Open(Lane.Cpu);
        var recording = TestSignals.Recording(TestSignals.Noise(60_000, 4));
        var options = new SeparationOptions
        {
            Stft = new StftOptions { FftLength = 64, HopLength = 16 },
            Nmf = new NmfOptions { Rank = 3, MaxIterations = 1, Tolerance = 0 },
        };
        var whole = SeparationRun.On(session, recording, options);
        Assert.Empty(whole.Result.Warnings);

        // So that the factors and not quite X fit.
        session.LimitBytes = whole.Result.PeakDeviceBytes - 1000;
        var streamed = SeparationRun.On(session, recording, options);

        Assert.Equal(SpectrogramStorage.Recomputed, streamed.Result.Storage);
        Assert.Contains("blocks of", Assert.Single(streamed.Result.Warnings), StringComparison.Ordinal);
        Assert.Contains("no room for another", streamed.Result.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(whole.Result.Templates, streamed.Result.Templates);
        Assert.Equal(whole.Stem(2), streamed.Stem(2));
        Assert.Equal(0, session.LiveBytes);

        var stubborn = Assert.Throws<DeviceMemoryException>(() => SeparationRun.On(session, recording, options, new MemoryOptions { Spectrogram = SpectrogramStorage.Device }));
        Assert.Contains("no room for another", stubborn.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.LiveBytes);
    }

    /// <summary>Framings that refuse short pieces, many masks, channels by the hundred: what is measured is a short noise of a framing and channels of its own.</summary>
    [Theory]
    [InlineData(2, 99_968, 512, ChannelMode.Joint, false)]
    [InlineData(64, 4_000, 512, ChannelMode.Stack, true)]
    [InlineData(600, 3_000, 2048, ChannelMode.Joint, true)]
    [InlineData(1, 70_000, 32768, ChannelMode.Mono, true)]
    public void Whatever_can_be_separated_can_be_planned(int channels, int length, int fftLength, ChannelMode mode, bool center)
    {
        using var separator = new SourceSeparator(DeviceRequest.Cpu, new MemoryOptions { LimitBytes = 2 * MemoryOptions.LeastLimitBytes });
        var recording = TestSignals.Recording([.. Enumerable.Repeat(TestSignals.Noise(length, 1), channels)]);
        var options = new SeparationOptions
        {
            Stft = new StftOptions { FftLength = fftLength, Center = center, Window = center ? WindowKind.Hann : WindowKind.Hamming },
            Nmf = new NmfOptions { Rank = 2, MaxIterations = 1 },
            Reconstruction = new ReconstructionOptions { Channels = mode },
        };

        var plan = separator.Plan(recording, options, TestContext.Current.CancellationToken);
        var result = separator.Separate(recording, new SilentSink(), options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(result.Storage, plan.Storage);
        Assert.True(plan.Timings is { ReadSeconds: > 0, StftSeconds: > 0, NmfSeconds: > 0, StemSeconds: > 0 }, $"{plan.Timings}");
    }

    /// <summary>The place is chosen by rates, and the rates of such a framing are those of a centred one.</summary>
    [Fact]
    public void A_framing_that_is_not_centred_is_streamed_too()
    {
        var framing = new StftOptions { FftLength = 512, HopLength = 64, Center = false, Window = WindowKind.Hamming };
        var recording = TestSignals.Recording(TestSignals.Noise(64 * 120_000 + 512, 3));
        var options = new SeparationOptions { Stft = framing, Nmf = new NmfOptions { Rank = 3, MaxIterations = 1, Tolerance = 0 } };
        using var separator = new SourceSeparator(DeviceRequest.Cpu, new MemoryOptions { LimitBytes = MemoryOptions.LeastLimitBytes });

        var result = separator.Separate(recording, new SilentSink(), options, cancellation: TestContext.Current.CancellationToken);

        Assert.Contains(result.Storage, new[] { SpectrogramStorage.Recomputed, SpectrogramStorage.Disk });
    }

    [Fact]
    public void A_limit_that_not_even_two_blocks_fit_is_an_error_with_the_numbers()
    {
        using var separator = new SourceSeparator(DeviceRequest.Cpu, new MemoryOptions { LimitBytes = MemoryOptions.LeastLimitBytes });
        var recording = TestSignals.Recording(TestSignals.Noise(2_000_000, 4));
        var options = new SeparationOptions { Stft = new StftOptions { FftLength = 512, HopLength = 8 }, Nmf = new NmfOptions { Rank = 64 } };

        var error = Assert.Throws<DeviceMemoryException>(() => separator.Separate(recording, new StemBuffer(), options, cancellation: TestContext.Current.CancellationToken));

        Assert.Matches(@"takes at least \d{3} MiB, and the limit \(LimitBytes\) leaves it 96 MiB", error.Message);
    }

    [Fact]
    public void A_limit_below_the_least_is_refused()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new SourceSeparator(DeviceRequest.Cpu, new MemoryOptions { LimitBytes = 1000 }));
        Assert.Contains("LimitBytes is 1000; it must be at least 268435456", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_spectrogram_on_disk_has_no_name()
    {
        using var folder = new TempFolder();
        var recording = TestSignals.Recording(TestSignals.Noise(20_000, 4));
        var seen = new List<string[]>();
        var memory = new MemoryOptions { Spectrogram = SpectrogramStorage.Disk, SpoolFolder = folder.Path };
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(Lane.Cpu), memory);
#pragma warning restore CA2000

        separator.Separate(recording, new StemBuffer(), new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { MaxIterations = 2 } },
            new Watcher(() => seen.Add(Directory.GetFileSystemEntries(folder.Path))), null, TestContext.Current.CancellationToken);

        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Empty);
    }

    [Fact]
    public void A_folder_for_the_spool_that_is_not_there_is_an_error()
    {
        var memory = new MemoryOptions { Spectrogram = SpectrogramStorage.Disk, SpoolFolder = "/no/such/folder" };
        var error = Assert.ThrowsAny<IOException>(() => SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(TestSignals.Noise(20_000, 4)), new SeparationOptions { Stft = s_stft }, memory));
        Assert.Contains("/no/such/folder", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    private sealed class Watcher(Action look) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => look();
    }

    private sealed class SilentSink : IStemSink
    {
        public void Begin(StemFormat format)
        {
            // Nothing is kept.
        }

        public void Write(int component, long start, ReadOnlySpan<float> interleaved)
        {
            // Nothing is kept.
        }
    }
}
