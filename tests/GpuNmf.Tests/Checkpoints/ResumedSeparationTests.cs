using GpuNmf.Audio;
using GpuNmf.Checkpoints;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Fuzzing;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Checkpoints;

/// <summary>From every checkpoint a separation ends with the bits of one that was never stopped.</summary>
public sealed class ResumedSeparationTests
{
    private static readonly StftOptions s_stft = new() { FftLength = 64, HopLength = 16 };

    /// <summary>All solvers and what each keeps: momentum, sums and Gram matrices over the bins, orders, weights of the objective without a scale; several starts in several batches.</summary>
    public static IEnumerable<object[]> Problems => new NmfOptions[]
    {
        new() { Rank = 3 },
        new() { Rank = 3, Beta = 2, Restarts = 2 },
        new() { Rank = 3, Beta = 0.5, Solver = NmfSolver.MultiplicativeUpdate, AlphaTemplates = 0.1, L1Ratio = 0.5 },
        new() { Rank = 3, Beta = 2, Solver = NmfSolver.CoordinateDescent, Shuffle = true },
        new() { Rank = 13, AlphaActivations = 0.1, L1Ratio = 1 },
    }.Select(nmf => new object[] { nmf });

    [Theory, OnEveryDevice(nameof(Problems))]
    public void A_separation_goes_on_from_every_checkpoint_with_the_same_bits(string lane, NmfOptions nmf)
    {
        bool slow = Lane.IsSimulated(lane);
        var options = new SeparationOptions { Stft = s_stft, Nmf = nmf with { MaxIterations = slow ? 2 : 13, Tolerance = 0, Seed = 5 } };
        var recording = TestSignals.Recording(TestSignals.Tones(slow ? 400 : 2500, 1), TestSignals.Tones(slow ? 400 : 2500, 2));
        var whole = Run(lane, recording, options, null);

        var store = new MemoryCheckpoints();
        Equal(whole, Run(lane, recording, options, store));

        // One an iteration, those of all starts together, and one of the fits.
        Assert.Equal(options.Nmf.MaxIterations + 1, store.Saved.Count);
        foreach (byte[] saved in slow ? store.Saved.Skip(1) : store.Saved)
        {
            var resumed = new MemoryCheckpoints { Kept = saved };
            Equal(whole, Run(lane, recording, options, resumed));
            // Nothing is done again that was done before.
            Assert.Equal(store.Saved.Count - store.Saved.IndexOf(saved) - 1, resumed.Saved.Count);
        }
    }

    /// <summary>What ends coordinate descent is seen beside the first iteration, whose templates' part lies before the checkpoint.</summary>
    [Theory, OnEveryDevice]
    public void Coordinate_descent_stops_where_it_would_have_stopped(string lane)
    {
        bool slow = Lane.IsSimulated(lane);
        var options = new SeparationOptions
        {
            Stft = s_stft,
            Nmf = new NmfOptions { Rank = 3, Beta = 2, Solver = NmfSolver.CoordinateDescent, MaxIterations = 50, Tolerance = slow ? 0.5 : 0.05, Seed = 5 },
        };
        var recording = TestSignals.Recording(TestSignals.Tones(slow ? 400 : 2500, 1));
        var store = new MemoryCheckpoints();
        var whole = Run(lane, recording, options, store);
        Assert.Equal(NmfStop.Tolerance, whole.Result.Stop);
        Assert.InRange(whole.Result.Iterations, 2, 49);

        Equal(whole, Run(lane, recording, options, new MemoryCheckpoints { Kept = store.Saved[0] }));
    }

    /// <summary>What it is measured against lies before the checkpoint: the error of ten iterations ago, and that of the start.</summary>
    [Theory]
    [InlineData(NmfSolver.MultiplicativeUpdate)]
    [InlineData(NmfSolver.ExtrapolatedMultiplicativeUpdate)]
    public void A_tolerance_stops_it_where_it_would_have_stopped(NmfSolver solver)
    {
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, Solver = solver, MaxIterations = 200, Tolerance = 0.01, Seed = 5 } };
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        var store = new MemoryCheckpoints();
        var whole = Run(Lane.Cpu, recording, options, store);
        Assert.Equal(NmfStop.Tolerance, whole.Result.Stop);
        Assert.InRange(whole.Result.Iterations, 20, 190);

        foreach (byte[] saved in store.Saved) Equal(whole, Run(Lane.Cpu, recording, options, new MemoryCheckpoints { Kept = saved }));
    }

    /// <summary>More numbers than pass through the host at a time, in a checkpoint and between the host and the device.</summary>
    [Fact]
    public void Factors_of_many_frames_go_on_too()
    {
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 3, Tolerance = 0 } };
        var recording = TestSignals.Recording(TestSignals.Tones(16 * 40_000, 1));
        var store = new MemoryCheckpoints();
        var whole = Run(Lane.Cpu, recording, options, store);

        Equal(whole, Run(Lane.Cpu, recording, options, new MemoryCheckpoints { Kept = store.Saved[1] }));
    }

    /// <summary>The batches of a checkpoint stay as they are, whatever this run would have made of them.</summary>
    [Fact]
    public void Starts_side_by_side_stay_side_by_side()
    {
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, Restarts = 3, MaxIterations = 4, Tolerance = 0 } };
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        var store = new MemoryCheckpoints();
        var whole = Run(Lane.Cpu, recording, options, store);
        Assert.Equal(4 + 1, store.Saved.Count);

        Equal(whole, Run(Lane.Cpu, recording, options, new MemoryCheckpoints { Kept = store.Saved[1] }, new MemoryOptions { MostModels = 1 }));
    }

    [Fact]
    public void What_was_read_is_closed_before_anything_is_saved()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        var options = s_options with { Nmf = s_options.Nmf with { MaxIterations = 5, Tolerance = 0 } };
        var store = new MemoryCheckpoints();
        var whole = Run(Lane.Cpu, recording, options, store);

        foreach (byte[] saved in store.Saved)
        {
            var strict = new StrictStore(saved);
            Equal(whole, Run(Lane.Cpu, recording, options, strict));
            Assert.True(strict.IsClosed);
        }
    }

    /// <summary>A disk that takes long is asked less often than the user wants, so that most of the time goes to the factorisation.</summary>
    [Fact]
    public void A_slow_store_is_asked_less_often()
    {
        var options = s_options with { Nmf = s_options.Nmf with { MaxIterations = 100, Tolerance = 0 } };
        int saved = 0;
        var sink = new StemBuffer();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(Lane.Cpu));
#pragma warning restore CA2000
        var store = new CallbackStore(() =>
        {
            saved++;
            // The next is due ten times as long after it: when all is done but a machine that stands still.
            Thread.Sleep(500);
        });

        separator.Separate(TestSignals.Recording(TestSignals.Tones(2500, 1)), sink, options, null, new CheckpointOptions { Store = store, Interval = TimeSpan.FromTicks(1) }, TestContext.Current.CancellationToken);

        // One of the iterations, and that of the fits.
        Assert.Equal(2, saved);
    }

    [Fact]
    public void Batches_that_were_finished_before_are_not_computed_again()
    {
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, Restarts = 3, MaxIterations = 4, Tolerance = 0 } };
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        var whole = Run(Lane.Cpu, recording, options, null);
        var store = new MemoryCheckpoints();
        var kept = new CheckpointOptions { Store = store, Interval = TimeSpan.Zero };
        var iterations = new List<long>();

        // One start at a time.
        SeparationResult OneByOne(MemoryCheckpoints store) => new SourceSeparator(Lane.Session(Lane.Cpu), new MemoryOptions { MostModels = 1 }).Separate(
            recording, new StemBuffer(), options, new Progress(iterations), kept with { Store = store }, TestContext.Current.CancellationToken);
        Assert.Equal(whole.Result.Templates, OneByOne(store).Templates);
        Assert.Equal(3 * 4 + 1, store.Saved.Count);
        int all = iterations.Count;
        iterations.Clear();

        // In the second start.
        var resumed = OneByOne(new MemoryCheckpoints { Kept = store.Saved[6] });

        Assert.Equal(whole.Result.Restarts, resumed.Restarts);
        Assert.Equal(whole.Result.Templates, resumed.Templates);
        Assert.Equal(all - 6, iterations.Count);
        Assert.Equal(3 * 4, iterations[^1]);
    }

    [Theory, OnEveryDevice]
    public void A_streamed_separation_goes_on_too(string lane)
    {
        Assert.SkipWhen(Lane.IsSimulated(lane), "the blocks and the checkpoints have tests of their own on simulated devices");
        var options = new SeparationOptions { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 12, Tolerance = 0 } };
        var recording = TestSignals.Recording(TestSignals.Tones(16 * 300, 1));
        var whole = Run(lane, recording, options, null);
        var streamed = new MemoryOptions { Spectrogram = SpectrogramStorage.Recomputed, MostBlockRows = 64 };
        var store = new MemoryCheckpoints();

        Equal(whole, Run(lane, recording, options, store, streamed));

        Equal(whole, Run(lane, recording, options, new MemoryCheckpoints { Kept = store.Saved[7] }, streamed));
        // Where the spectrogram is may change between the two.
        Equal(whole, Run(lane, recording, options, new MemoryCheckpoints { Kept = store.Saved[7] }));
    }

    public static TheoryData<string, SeparationOptions> Others => new()
    {
        { "Rank is 3 there and 4 here", new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 4, MaxIterations = 2 } } },
        { "Seed is 0 there and 9 here", new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2, Seed = 9 } } },
        { "HopLength is 16 there and 32 here", new() { Stft = s_stft with { HopLength = 32 }, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2 } } },
        { "MaskPower is 1 there and 2 here", new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2 }, Reconstruction = new ReconstructionOptions { MaskPower = 2 } } },
        { "Channels is Joint there and Stack here", new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2 }, Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Stack } } },
        { "InitialTemplates is none there and 33 x 3 values of hash", new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2, InitialTemplates = Ones(33, 3) } } },
    };

    /// <summary>Other versions round otherwise, and so do other drivers and devices of a kind.</summary>
    [Theory]
    [InlineData("Version")]
    [InlineData("Device")]
    [InlineData("Kind")]
    [InlineData("SampleRateHz")]
    [InlineData("RecordingChannels")]
    public void A_run_is_what_its_bits_depend_on(string name)
    {
        var identity = RunIdentity.Of(Lane.Session(Lane.Cpu), TestSignals.Recording(TestSignals.Tones(2500, 1)), s_options);
        var values = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(identity.ToJson())!;
        identity.Require(RunIdentity.Parse(identity.ToJson()));
        string here = values[name];
        values[name] = "other";

        var error = Assert.Throws<CheckpointException>(() => identity.Require(RunIdentity.Parse(System.Text.Json.JsonSerializer.Serialize(values))));

        Assert.Contains($": {name} is other there and {here} here.", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Others))]
    public void A_checkpoint_of_other_options_is_refused(string difference, SeparationOptions other)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        byte[] kept = CheckpointOf(recording);

        var error = Assert.Throws<CheckpointException>(() => Run(Lane.Cpu, recording, other, new MemoryCheckpoints { Kept = kept }));

        Assert.Contains(difference, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    [Fact]
    public void A_checkpoint_of_another_recording_or_device_is_refused()
    {
        float[] samples = TestSignals.Tones(2500, 1);
        byte[] kept = CheckpointOf(TestSignals.Recording(samples));
        float[] changed = [.. samples];
        changed[^1] += 1e-6f;

        var same = Assert.Throws<CheckpointException>(() => Run(Lane.Cpu, TestSignals.Recording(changed), s_options, new MemoryCheckpoints { Kept = kept }));
        var longer = Assert.Throws<CheckpointException>(() => Run(Lane.Cpu, TestSignals.Recording([.. samples, 0]), s_options, new MemoryCheckpoints { Kept = kept }));
        var device = Assert.Throws<CheckpointException>(() => Run(Lane.Cpu128, TestSignals.Recording(samples), s_options, new MemoryCheckpoints { Kept = kept }));

        Assert.Contains("another recording of the same length", same.Message, StringComparison.Ordinal);
        Assert.Contains("Length is 2500 there and 2501 here", longer.Message, StringComparison.Ordinal);
        Assert.Contains($"Kind is {Lane.Session(Lane.Cpu).Kind} there and cpu-128 here", device.Message, StringComparison.Ordinal);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    /// <summary>Cut anywhere, or with any byte changed, it is no checkpoint.</summary>
    [Fact]
    public void A_damaged_checkpoint_is_refused() => RefuseDamaged(500);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_checkpoints_are_refused() => RefuseDamaged(100_000);

    private static void RefuseDamaged(int cases)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));
        byte[] kept = CheckpointOf(recording);
        AssertDamaged(recording, "something else of the same name"u8.ToArray());
        AssertDamaged(recording, []);
        FuzzLoop.Run(7, cases, random =>
        {
            byte[] damaged = ByteMutation.Mutate(random, kept);
            // Some damages write what was there.
            if (!damaged.AsSpan().SequenceEqual(kept)) FuzzLoop.WithinMemory((1 << 20) + 8 * kept.Length, () => AssertDamaged(recording, damaged));
        });
    }

    private static void AssertDamaged(AudioBuffer recording, byte[] kept)
    {
        var error = Assert.Throws<CheckpointException>(() => Run(Lane.Cpu, recording, s_options, new MemoryCheckpoints { Kept = kept }));
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    [Fact]
    public void A_store_that_fails_leaves_the_session_usable()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(2500, 1));

        var error = Assert.Throws<IOException>(() => Run(Lane.Cpu, recording, s_options, new FullStore()));

        Assert.Equal("no room", error.Message);
        Assert.Equal(0, Lane.Session(Lane.Cpu).LiveBytes);
    }

    private static readonly SeparationOptions s_options = new() { Stft = s_stft, Nmf = new NmfOptions { Rank = 3, MaxIterations = 2 } };

    private static byte[] CheckpointOf(AudioBuffer recording)
    {
        var store = new MemoryCheckpoints();
        Run(Lane.Cpu, recording, s_options, store);
        return store.Saved[1];
    }

    private static SeparationRun Run(string lane, AudioBuffer recording, SeparationOptions options, ICheckpointStore? store, MemoryOptions? memory = null)
    {
        var sink = new StemBuffer();
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(Lane.Session(lane), memory);
#pragma warning restore CA2000
        var result = separator.Separate(
            recording, sink, options, null, store is null ? null : new CheckpointOptions { Store = store, Interval = TimeSpan.Zero }, TestContext.Current.CancellationToken);
        return new SeparationRun(result, sink.Stems);
    }

    private static void Equal(SeparationRun want, SeparationRun got)
    {
        Assert.Equal(want.Result.Templates, got.Result.Templates);
        Assert.Equal(want.Result.Activations, got.Result.Activations);
        Assert.Equal(want.Result.LossTrace, got.Result.LossTrace);
        Assert.Equal(want.Result.Restarts, got.Result.Restarts);
        Assert.Equal(want.Result.Stop, got.Result.Stop);
        for (int k = 0; k < want.Stems.Count; k++) Assert.Equal(want.Stem(k), got.Stem(k));
    }

    private static float[,] Ones(int rows, int columns)
    {
        var ones = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) ones[i, j] = 1;
        return ones;
    }

    /// <summary>Takes nothing while what it gave is still open.</summary>
    private sealed class StrictStore(byte[] kept) : ICheckpointStore
    {
        private readonly List<MemoryStream> _given = [];

        internal bool IsClosed => _given.TrueForAll(stream => !stream.CanRead);

        public Stream? Open()
        {
            _given.Add(new MemoryStream(kept));
            return _given[^1];
        }

        public void Save(Action<Stream> write)
        {
            Assert.True(IsClosed);
            write(Stream.Null);
        }
    }

    private sealed class CallbackStore(Action saving) : ICheckpointStore
    {
        public Stream? Open() => null;

        public void Save(Action<Stream> write) => saving();
    }

    private sealed class FullStore : ICheckpointStore
    {
        public Stream? Open() => null;

        public void Save(Action<Stream> write) => throw new IOException("no room");
    }

    private sealed class Progress(List<long> iterations) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value)
        {
            if (value.Stage == SeparationStage.Factorising) iterations.Add(value.Completed);
        }
    }
}
