using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>The facade: from a recording to summaries and picks.</summary>
public sealed class RankSweepTests
{
    private static readonly SweepOptions s_options = new()
    {
        Ranks = [2, 3, 5],
        Stft = new StftOptions { FftLength = 256 },
        Nmf = new NmfOptions { Restarts = 3, MaxIterations = 20, Tolerance = 0, Seed = 5 },
    };

    /// <summary>Option name, the options, part of the message.</summary>
    public static TheoryData<string, SweepOptions, string> Wrong => new()
    {
        { "Ranks", s_options with { Ranks = [] }, "Ranks is empty" },
        { "Ranks", s_options with { Ranks = [2, 2] }, "Ranks holds 2 behind 2; each must be larger" },
        { "Rank", s_options with { Ranks = [2, 257] }, "Rank is 257; it must lie in 1..256." },
        { "Betas", s_options with { Betas = [] }, "Betas is empty" },
        { "Betas", s_options with { Betas = [1, 1] }, "Betas holds 1 twice" },
        { "Beta", s_options with { Betas = [1, 5] }, "Beta is 5; it must lie in -1..4" },
        { "Restarts", s_options with { Nmf = new() { Restarts = 0 } }, "Restarts is 0; it must lie in 1..1024." },
        { "Channels", s_options with { Channels = (ChannelMode)9 }, "No such channel mode" },
        { "Nmf", s_options with { Nmf = new() { InitialTemplates = new float[129, 2] } }, "A sweep starts at random" },
        { "Nmf", s_options with { Nmf = new() { Restarts = 1024, MaxIterations = 1_000_000 } }, "3072 models of 1000000 iterations are 3072000000 in all; at most 2147483647" },
        { "Nmf", s_options with { Nmf = new() { TargetLoss = 1 } }, "leave TargetLoss out of a sweep" },
        { "FftLength", s_options with { Stft = new() { FftLength = 1000 } }, "FftLength is 1000" },
    };

    private static SweepResult Sweep(IAudioSource recording, SweepOptions options, ISweepStore? store = null, IProgress<SeparationProgress>? progress = null)
    {
#pragma warning disable CA2000 // Disposing the sweep would close the session, which the lanes share.
        return new RankSweep(Lane.Session(Lane.Cpu)).Run(recording, options, store, progress, TestContext.Current.CancellationToken);
#pragma warning restore CA2000
    }

    [Theory]
    [InlineData(ChannelMode.Joint)]
    [InlineData(ChannelMode.Stack)]
    [InlineData(ChannelMode.Mono)]
    public void A_model_has_the_bits_of_a_separation(ChannelMode channels)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(8000, 1), TestSignals.Tones(8000, 2));
        var store = new MemoryStore();

        SweepResult result = Sweep(recording, s_options with { Channels = channels }, store);

        RankSummary summary = result.Summaries[1];
        SweepModel best = store.Saved.Single(model => model.Key == new SweepKey(1, 3, summary.BestSeed));
        var alone = SeparationRun.On(Lane.Session(Lane.Cpu), recording, new SeparationOptions
        {
            Stft = s_options.Stft,
            Nmf = s_options.Nmf with { Rank = 3, Restarts = 1, Seed = summary.BestSeed },
            Reconstruction = new ReconstructionOptions { Channels = channels },
        }).Result;
        Assert.Equal(alone.Templates, best.Templates);
        Assert.Equal(alone.Activations, best.Activations);
        Assert.Equal(alone.LossTrace[^1].Loss, summary.BestLoss);
        Assert.Equal((alone.Bins, alone.Frames, alone.Kind), (result.Bins, result.Frames, result.Kind));
        Assert.Equal(new SweepSetting(result.Device.Id, result.Device.Name, result.Kind, 129, alone.Activations.GetLength(1)), store.Setting);
    }

    [Fact]
    public void Divergences_come_in_their_order_each_with_its_pick()
    {
        var told = new List<SeparationProgress>();

        SweepResult result = Sweep(TestSignals.Recording(TestSignals.Tones(8000, 3)), s_options with { Betas = [0, 1] }, progress: new Told(told));

        Assert.Equal([(0, 2), (0, 3), (0, 5), (1, 2), (1, 3), (1, 5)], result.Summaries.Select(summary => (summary.Beta, summary.Rank)));
        Assert.Equal([0.0, 1.0], result.Picks.Select(pick => pick.Beta));
        Assert.Equal([RankPick.Of([.. result.Summaries.Take(3)]), RankPick.Of([.. result.Summaries.Skip(3)])], result.Picks);
        Assert.All(result.Summaries, summary => Assert.InRange(summary.ExplainedDivergence!.Value, 0.1, 1));
        Assert.Equal(new SeparationProgress(SeparationStage.Factorising, 18 * 20, 18 * 20, null), told[^1]);
        Assert.Empty(result.Warnings);
        Assert.True(result.PeakDeviceBytes > 0);
        Assert.All(result.Summaries, summary => Assert.True(summary.Seconds > 0));
    }

    [Fact]
    public void Models_that_run_out_of_iterations_are_told()
    {
        SweepResult result = Sweep(TestSignals.Recording(TestSignals.Tones(8000, 3)), s_options with { Nmf = s_options.Nmf with { Tolerance = 1e-9, MaxIterations = 10 } });

        Assert.Contains("9 of 9 models did not converge", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Penalties_that_scaling_evades_and_starts_that_are_alike_are_told()
    {
        SweepResult result = Sweep(TestSignals.Recording(TestSignals.Tones(8000, 3)), s_options with
        {
            Nmf = s_options.Nmf with { AlphaTemplates = 0.01, AlphaActivations = 0, Initialization = NmfInitialization.NndsvdAR, Tolerance = 0 },
        });

        Assert.Contains("Only the templates are penalised", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("starts from nndsvdar are nearly alike", Assert.Single(result.Picks).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Penalties_that_outweigh_all_are_told()
    {
        SweepResult result = Sweep(TestSignals.Recording(TestSignals.Tones(8000, 3)), s_options with { Nmf = s_options.Nmf with { AlphaTemplates = 100, Tolerance = 0 } });

        Assert.Contains("a penalty outweighs what it is paid for", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.All(result.Picks, pick => Assert.Null(pick.Rank));
    }

    [Fact]
    public void Models_of_another_shape_are_refused()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(8000, 3));
        var store = new MemoryStore();
        Sweep(recording, s_options, store);
        var mixedUp = new MemoryStore { Before = store.Saved.ToDictionary(model => model.Key, model => model with { Templates = new float[7, 3] }) };

        Assert.Contains("7 x 3 templates for", Assert.Throws<InvalidDataException>(() => Sweep(recording, s_options, mixedUp)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_told_and_nothing_is_picked()
    {
        SweepResult result = Sweep(TestSignals.Recording(new float[4000]), s_options);

        Assert.Contains("silent", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Null(Assert.Single(result.Picks).Rank);
        Assert.All(result.Summaries, summary => Assert.Equal((0.0, (double?)null, (double?)null), (summary.BestLoss, summary.Stability, summary.ExplainedDivergence)));
    }

    [Fact]
    public void Channels_that_cancel_in_their_mean_are_told()
    {
        float[] tones = TestSignals.Tones(4000, 1);

        SweepResult result = Sweep(TestSignals.Recording(tones, [.. tones.Select(sample => -sample)]), s_options with { Channels = ChannelMode.Mono });

        Assert.Contains("cancel in their mean", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Wrong))]
    public void A_wrong_option_is_refused(string name, SweepOptions options, string message)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => Sweep(TestSignals.Recording(new float[4000]), options));

        Assert.Equal(name, exception.ParamName);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_models_of_several_ranks_cannot_share_is_refused_before_any_is_computed()
    {
        var recording = TestSignals.Recording(new float[4000]);
        NmfOptions[] wrong = [new() { FixedTemplates = new float[129, 2] }, new() { ActivationSupport = new bool[2, 3] }, new() { TimeLimit = TimeSpan.FromSeconds(1) }];
        foreach (NmfOptions nmf in wrong) Assert.Contains("leave", Assert.Throws<ArgumentException>(() => Sweep(recording, s_options with { Nmf = nmf })).Message, StringComparison.Ordinal);

        var ranks = s_options with { Ranks = [2, 200], Nmf = new NmfOptions { Initialization = NmfInitialization.NndsvdAR, Restarts = 2 } };
        Assert.Contains("Rank is 200", Assert.Throws<ArgumentException>(() => Sweep(recording, ranks)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recording_that_is_too_short_is_refused() =>
        Assert.Contains("100 samples and one frame takes 256", Assert.Throws<ArgumentException>(() => Sweep(TestSignals.Recording(new float[100]), s_options)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_sweep_that_was_disposed_is_refused()
    {
        var sweep = new RankSweep(DeviceRequest.Cpu with { Threads = 1 });
        sweep.Dispose();
        sweep.Dispose();

        Assert.Throws<ObjectDisposedException>(() => sweep.Run(TestSignals.Recording(new float[4000]), s_options, cancellation: TestContext.Current.CancellationToken));
    }

    private sealed class Told(List<SeparationProgress> list) : IProgress<SeparationProgress>
    {
        public void Report(SeparationProgress value) => list.Add(value);
    }
}
