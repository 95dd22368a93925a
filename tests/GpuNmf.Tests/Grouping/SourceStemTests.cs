using GpuNmf.Audio;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Grouping;

/// <summary>Sources as sums of components, through the whole separation.</summary>
public sealed class SourceStemTests
{
    private static readonly StftOptions s_framing = new() { FftLength = 256 };

    [Theory]
    [InlineData(GroupingMethod.Mfcc, ChannelMode.Joint)]
    [InlineData(GroupingMethod.Envelope, ChannelMode.Stack)]
    [InlineData(GroupingMethod.Examples, ChannelMode.Mono)]
    public void A_source_is_the_sum_of_its_components(GroupingMethod method, ChannelMode channels)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(9000, 1), TestSignals.Noise(9000, 2));
        var components = new StemBuffer();
        var options = new SeparationOptions
        {
            Stft = s_framing,
            Nmf = new NmfOptions { Rank = 7, MaxIterations = 30 },
            Reconstruction = new ReconstructionOptions { Channels = channels },
            Grouping = new GroupingOptions
            {
                Sources = 3,
                Method = method,
                ComponentSink = components,
                Examples = method == GroupingMethod.Examples ? [.. Enumerable.Range(3, 3).Select(seed => TestSignals.Recording(TestSignals.Tones(2000, (ulong)seed)))] : null,
            },
        };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);

        var sources = run.Result.SourceOfComponent!;
        Assert.Equal((7, 3, 7), (sources.Count, run.Stems.Count, components.Stems.Count));
        for (int s = 0; s < 3; s++)
        {
            for (int i = 0; i < recording.Interleaved.Length; i++)
            {
                double sum = 0;
                for (int k = 0; k < 7; k++)
                    if (sources[k] == s) sum += components.Stems[k].Interleaved[i];
                Assert.Equal((float)sum, run.Stems[s].Interleaved[i]);      // in double, rounded once
            }
        }
        Differences.Within(RoundTripTests.Tolerance, run.SumError(recording), $"{method}");
    }

    [Fact]
    public void Grouping_changes_no_component()
    {
        var recording = TestSignals.Recording(TestSignals.Tones(5000, 1));
        var components = new StemBuffer();
        var options = new SeparationOptions { Stft = s_framing, Nmf = new NmfOptions { Rank = 4, MaxIterations = 10 } };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);
        SeparationRun.On(Lane.Session(Lane.Cpu), recording, options with { Grouping = new GroupingOptions { ComponentSink = components } });

        Assert.Null(run.Result.SourceOfComponent);
        for (int k = 0; k < 4; k++) Assert.Equal(run.Stem(k), components.Stems[k].Interleaved.ToArray());
    }

    [Fact]
    public void Examples_find_what_sounds_like_them()
    {
        // Two tones in turn: the lower one's example names the components of the lower tone.
        float[] low = Tone(440, 0), high = Tone(3100, 1), both = [.. low.Zip(high, (a, b) => a + b)];
        var options = new SeparationOptions
        {
            Stft = s_framing,
            Nmf = new NmfOptions { Rank = 4, MaxIterations = 60 },
            Grouping = new GroupingOptions { Method = GroupingMethod.Examples, Examples = [TestSignals.Recording(high), TestSignals.Recording(low)] },
        };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(both), options);

        Assert.True(GpuNmf.Reference.BssEval.SiSdr(TestSignals.Widen(high), run.Stem(0, 0)) > 15);
        Assert.True(GpuNmf.Reference.BssEval.SiSdr(TestSignals.Widen(low), run.Stem(1, 0)) > 15);

        static float[] Tone(double hertz, int turn) =>
            [.. Enumerable.Range(0, 16000).Select(n => n / 2000 % 2 == turn ? (float)(0.3 * Math.Sin(2 * Math.PI * hertz * n / TestSignals.RateHz)) : 0f)];
    }

    [Fact]
    public void A_source_without_components_is_silent_with_a_warning()
    {
        float[] tones = TestSignals.Tones(9000, 1);
        var options = new SeparationOptions
        {
            Stft = s_framing,
            Nmf = new NmfOptions { Rank = 3, MaxIterations = 20 },
            Grouping = new GroupingOptions { Method = GroupingMethod.Examples, Examples = [TestSignals.Recording(tones), TestSignals.Recording(new float[3000])] },
        };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(tones), options);

        Assert.StartsWith("Source 2 got no component and is silent: its example", Assert.Single(run.Result.Warnings), StringComparison.Ordinal);
        Assert.All(run.Stem(1), sample => Assert.Equal(0, sample));
        Differences.Within(RoundTripTests.Tolerance, run.SumError(TestSignals.Recording(tones)), "sum");
    }

    /// <summary>There is no example to blame where there is none.</summary>
    [Theory]
    [InlineData(false, "Source 2 got no component and is silent: Assignment names it for no component")]
    [InlineData(true, "Source 2 got no component and is silent: Assignment gives it no template of the dictionaries")]
    public void A_source_that_nothing_is_assigned_to_is_warned_of_as_such(bool hasDictionary, string message)
    {
        var templates = new float[s_framing.Bins, 1];
        for (int f = 0; f < s_framing.Bins; f++) templates[f, 0] = 1f / s_framing.Bins;
        var options = new SeparationOptions
        {
            Stft = s_framing,
            Nmf = new NmfOptions { Rank = 2, MaxIterations = 20, FixedTemplates = hasDictionary ? templates : null },
            Grouping = new GroupingOptions { Method = GroupingMethod.Assigned, Assignment = [0, 0] },
        };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), TestSignals.Recording(TestSignals.Tones(9000, 1)), options);

        Assert.StartsWith(message, Assert.Single(run.Result.Warnings), StringComparison.Ordinal);
    }

    public static TheoryData<GroupingOptions, string> Refusals => new()
    {
        { new GroupingOptions { Sources = 0 }, "Sources is 0; it must be at least 1" },
        { new GroupingOptions { Sources = 4 }, "Sources is 4, but there are only 3 components" },
        { new GroupingOptions { Method = GroupingMethod.Examples }, "0 examples for 2 sources" },
        { new GroupingOptions { Method = GroupingMethod.Examples, Examples = [TestSignals.Recording(new float[9999])] }, "1 examples for 2 sources" },
        { new GroupingOptions { Sources = 1, Examples = [TestSignals.Recording(new float[9999])] }, "Examples are given, but Method is another one" },
        { new GroupingOptions { Sources = 1, Method = GroupingMethod.Examples, Examples = [TestSignals.Recording(new float[255])] }, "Example 1 is 255 samples long" },
        { new GroupingOptions { Sources = 1, Method = GroupingMethod.Examples, Examples = [new AudioBuffer(new float[9999], 1, 12345)] }, "Example 1 has 12345 samples a second" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void What_does_not_go_together_is_refused(GroupingOptions grouping, string message)
    {
        var options = new SeparationOptions { Stft = s_framing, Nmf = new NmfOptions { Rank = 3 }, Grouping = grouping };
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(() => options.ValidateFor(TestSignals.Recording(new float[4000]))).Message, StringComparison.Ordinal);
    }
}
