using GpuNmf.Audio;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>Stability and picks on real mixtures whose number of parts is known.</summary>
public sealed class SweepQualityTests
{
    /// <summary>Folder, parts, and whether stability ends there: the piano's notes and the kit's drums are stable in one component more, too.</summary>
    public static IEnumerable<object[]> Mixtures =>
    [
        ["drums_kick_snare", 2, true],
        ["piano_3notes", 3, false],
        ["naudio_kit", 3, false],
        ["speech_trumpet_stereo", 2, true],
    ];

    /// <summary>Measured with three sets of seeds: 0.976 and more at the number of parts, 0.79 and less above it where stability ends.</summary>
    [Theory, OnEveryDevice(nameof(Mixtures), RealOnly = true)]
    public void Starts_agree_at_the_number_of_parts(string lane, string mixture, int parts, bool ends)
    {
        using var recording = WavSource.Open(SharedData.Path($"audio/derived/{mixture}/mix.wav"));

#pragma warning disable CA2000 // Disposing the sweep would close the session, which the lanes share.
        SweepResult result = new RankSweep(Lane.Session(lane)).Run(recording, new SweepOptions { Ranks = [parts, parts + 1] }, cancellation: TestContext.Current.CancellationToken);
#pragma warning restore CA2000

        Assert.True(result.Summaries[0].Stability >= RankPick.StableFrom, $"{lane}, {mixture}: stability {result.Summaries[0].Stability} at rank {parts}");
        if (ends) Assert.Equal((parts, true), (result.Picks[0].Rank ?? 0, result.Picks[0].Confidence != PickConfidence.Low));
    }
}
