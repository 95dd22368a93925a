using System.Globalization;
using System.Text.Json;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Quality;

/// <summary>What scikit-learn's multiplicative updates reach on the same clips (data/golden/baseline.json of the shared folder).</summary>
internal sealed class Baseline
{
    private readonly JsonElement _clips;

    private Baseline(JsonElement clips) => _clips = clips;

    internal static Baseline Open(string shared) =>
        new(Golden.ReadJson(Path.Combine(shared, "data", "golden", "baseline.json")).GetProperty("clips"));

    internal IReadOnlyList<string> Sources(string clip) =>
        [.. _clips.GetProperty(clip).GetProperty("sources").EnumerateArray().Select(e => e.GetString()!)];

    internal Scores Of(string clip, int rank, int seed)
    {
        var run = _clips.GetProperty(clip).GetProperty(string.Create(CultureInfo.InvariantCulture, $"r{rank}_seed{seed}"));
        return new Scores(Mean(run, "SDR"), Mean(run, "SIR"), Mean(run, "SAR"), Mean(run, "SI_SDR"), run.GetProperty("final_KL_loss").GetDouble());
    }

    /// <summary>SDR of the ideal ratio mask, which no soft mask passes by much.</summary>
    internal double IdealSdr(string clip) => Mean(_clips.GetProperty(clip).GetProperty("ideal_ratio_mask"), "SDR");

    private static double Mean(JsonElement scores, string measure) => Golden.Numbers(scores.GetProperty(measure)).Average();
}
