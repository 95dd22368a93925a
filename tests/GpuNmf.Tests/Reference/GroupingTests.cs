using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class GroupingTests
{
    public static TheoryData<string, int> AllRanks => [.. from clip in Golden.Clips from rank in new[] { 5, 16 } select (clip, rank)];

    [Theory]
    [InlineData(2, 9)]
    [InlineData(3, 9)]
    [InlineData(3, 14)]
    [InlineData(4, 20)]
    public void A_planted_grouping_is_found(int sources, int components)
    {
        (double[][] parts, double[][] references, int[] truth) = Planted(sources, components);

        Assert.Equal(truth, OracleGrouping.Best(parts, references));
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(3, 14)]
    [InlineData(4, 20)]
    public void Components_that_resemble_another_source_but_cancel_there_stay_together(int sources, int components)
    {
        (double[][] parts, double[][] references, int[] truth) = Planted(sources, components);
        // Components 0 and j, of one source, gain and lose the same signal of the next source; alone, 0 looks like a part of that.
        int partner = Array.FindIndex(truth, 1, s => s == truth[0]);
        for (int n = 0; n < parts[0].Length; n++)
        {
            double shared = 0.5 * references[1][n];
            parts[0][n] += shared;
            parts[partner][n] -= shared;
        }

        Assert.Equal(truth, OracleGrouping.Best(parts, references));
    }

    [Fact]
    public void Sums_are_sums()
    {
        Assert.Equal([[5, 7], [2, 3], [0, 0]], OracleGrouping.Sum([[1, 2], [2, 3], [4, 5]], [0, 1, 0], 3));
    }

    [Fact]
    public void Components_are_given_to_sources_as_in_the_golden()
    {
        Golden golden = GoldenData.Clip("drums_kick_snare");
        Assert.Equal(golden.Assignment("wiener_KL_r5_it100"), OracleGrouping.Best(Stems(golden, 5), golden.References()));
    }

    // The last step of everything: separation, grouping and all scores at ranks above the number of sources.
    [Theory, MemberData(nameof(AllRanks)), Trait("Suite", "Full")]
    public void Groups_and_their_scores_are_the_goldens(string clip, int rank)
    {
        Golden golden = GoldenData.Clip(clip);
        string separation = $"wiener_KL_r{rank}_it100";
        double[][] stems = Stems(golden, rank), references = golden.References();

        int[] assignment = OracleGrouping.Best(stems, references);
        Assert.Equal(golden.Assignment(separation), assignment);

        double[][] estimates = OracleGrouping.Sum(stems, assignment, references.Length);
        BssScore[] scores = BssEval.Sources(references, estimates);
        for (int s = 0; s < references.Length; s++)
        {
            Close(golden.Scores(separation, "SDR")[s], scores[s].Sdr, $"SDR {s}");
            Close(golden.Scores(separation, "SIR")[s], scores[s].Sir, $"SIR {s}");
            Close(golden.Scores(separation, "SAR")[s], scores[s].Sar, $"SAR {s}");
            Close(golden.Scores(separation, "SI_SDR")[s], BssEval.SiSdr(references[s], estimates[s]), $"SI-SDR {s}");
        }
    }

    private static double[][] Stems(Golden golden, int rank)
    {
        double[] x = golden.Signal();
        var factors = new Factors(golden.Matrix($"mu/b1_r{rank}_it100_W"), golden.Matrix($"mu/b1_r{rank}_it100_H"));
        return MaskReference.Stems(StftReference.Forward(x), factors, x.Length);
    }

    private static (double[][] Parts, double[][] References, int[] Truth) Planted(int sources, int components)
    {
        var random = new CounterRandom(77, (ulong)components);
        double[][] parts = [.. Enumerable.Range(0, components).Select(k =>
            Enumerable.Range(0, 500).Select(n => (1 + k % 3) * random.Normal(1000 * (k + 1) + n)).ToArray())];
        int[] truth = [.. Enumerable.Range(0, components).Select(k => k < sources ? k : (int)(random.Bits(k) % (ulong)sources))];
        return (parts, OracleGrouping.Sum(parts, truth, sources), truth);
    }

    private static void Close(double want, double got, string what) => GoldenData.Within(1e-5, Math.Abs(got - want), what);
}
