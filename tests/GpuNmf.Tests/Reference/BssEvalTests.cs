using System.Text.Json;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class BssEvalTests
{
    public static TheoryData<string> Clips => [.. Golden.Clips];

    // mir_eval's own published cases, recordings of 1 s to 2 s with 1 to 3 sources. mir_eval 0.7 reproduces them to 1e-7 dB.
    [Theory]
    [InlineData("01")]
    [InlineData("02")]
    [InlineData("06")]
    [InlineData("07")]
    [InlineData("09")]
    public void Scores_are_mir_evals(string number)
    {
        string folder = Path.Combine(GoldenData.Folder(), "data", "audio", "craffel+mir_eval", "tests", "data", "separation");
        JsonElement expected = Golden.ReadJson(Path.Combine(folder, $"output{number}.json")).GetProperty("Sources");
        double[][] references = ReadAll(Path.Combine(folder, "ref" + number)), estimates = ReadAll(Path.Combine(folder, "est" + number));
        double[] order = Golden.Numbers(expected.GetProperty("Source permutation"));

        BssScore[] got = BssEval.Sources(references, [.. order.Select(p => estimates[(int)p])]);

        Compare(1e-5, got, Expected("Source to Distortion"), Expected("Source to Interference"), Expected("Source to Artifact"));

        double[] Expected(string name) => Golden.Numbers(expected.GetProperty(name));
    }

    [Theory, MemberData(nameof(Clips))]
    public void Scores_of_the_stored_parts_are_the_goldens(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        int rank = golden.Sources.Count;
        string separation = $"wiener_KL_r{rank}_it100";
        double[][] references = golden.References();
        double[][] estimates = [.. golden.Sources.Select(source => golden.Vector($"wiener/KL_r{rank}_{source}_f32"))];

        BssScore[] got = BssEval.Sources(references, estimates);

        // Rescoring the parts, stored in float32, is good to 1e-6 dB, and the scores are printed with six digits.
        Compare(1e-5, got, golden.Scores(separation, "SDR"), golden.Scores(separation, "SIR"), golden.Scores(separation, "SAR"));
        for (int s = 0; s < rank; s++)
            AssertDecibels(1e-5, golden.Scores(separation, "SI_SDR")[s], BssEval.SiSdr(references[s], estimates[s]), $"SI-SDR of {golden.Sources[s]}");
    }

    [Fact]
    public void Gain_and_a_short_filter_are_forgiven_and_si_sdr_forgives_gain_only()
    {
        var random = new CounterRandom(8, 0);
        double[] source = [.. Enumerable.Range(0, 4000).Select(n => random.Normal(n))];
        double[] filtered = [.. source.Select((v, n) => -3 * v + (n >= 20 ? 2 * source[n - 20] : 0))];
        double[] louder = [.. source.Select(v => 4 * v)];

        // Only the end of the delayed part is missing: 20 samples of 4000, 28 dB below the whole.
        Assert.True(BssEval.Sources([source], [filtered])[0].Sdr > 20);
        Assert.True(BssEval.SiSdr(source, louder) > 250);
        // The target is 9, the delayed part 4: 3.5 dB, within what 4000 samples of noise leave open.
        AssertDecibels(0.5, 10 * Math.Log10(9.0 / 4), BssEval.SiSdr(source, filtered), "SI-SDR of a filtered source");
    }

    [Fact]
    public void Si_sdr_is_its_formula()
    {
        // a = 2 / 2 = 1, the target has energy 2, what is left is (1, -1): 0 dB. Means are not removed.
        AssertDecibels(1e-12, 0, BssEval.SiSdr([1, 1], [2, 0]), "SI-SDR");
        Assert.Equal(double.PositiveInfinity, BssEval.SiSdr([1, 2], [1, 2]));
    }

    [Fact]
    public void A_silent_signal_is_refused()
    {
        Assert.Throws<ArgumentException>("references", () => BssEval.Sources([[1, 2, 3]], [[0, 0, 0]]));
        Assert.Throws<ArgumentException>("estimates", () => BssEval.Sources([[1, 2, 3]], [[1, 2]]));
    }

    private static void Compare(double allowed, BssScore[] got, double[] sdr, double[] sir, double[] sar)
    {
        Assert.Equal(sdr.Length, got.Length);
        for (int j = 0; j < got.Length; j++)
        {
            AssertDecibels(allowed, sdr[j], got[j].Sdr, $"SDR of source {j}");
            AssertDecibels(allowed, sir[j], got[j].Sir, $"SIR of source {j}");
            AssertDecibels(allowed, sar[j], got[j].Sar, $"SAR of source {j}");
        }
    }

    private static void AssertDecibels(double allowed, double want, double got, string what) =>
        Assert.True(got == want || Math.Abs(got - want) <= allowed, $"{what}: {got:R} dB, expected {want:R} within {allowed:E1}");

    private static double[][] ReadAll(string folder) =>
        [.. Directory.GetFiles(folder, "*.wav").Order(StringComparer.Ordinal).Select(path => Pcm16Wav.Open(path).Mono())];
}
