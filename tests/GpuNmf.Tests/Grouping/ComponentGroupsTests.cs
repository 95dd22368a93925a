using GpuNmf.Grouping;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Grouping;

/// <summary>Which components go together, on factors made for it.</summary>
public sealed class ComponentGroupsTests
{
    private const int Bins = 513, Frames = 120, SampleRateHz = 16000;

    [Fact]
    public void Templates_that_sound_alike_go_together()
    {
        // Dull ones, which fall along the bins, and bright ones, which rise; levels differ.
        float[,] templates = Templates(6, (k, f) => (1 + k) * (k % 2 == 0 ? Math.Exp(-f / (30.0 + 3 * k)) : Math.Exp((f - Bins) / (90.0 + 3 * k))));

        int[] sources = ComponentGroups.Of(Options(GroupingMethod.Mfcc), templates, Activations(6, (_, _) => 1), SampleRateHz, null, TestContext.Current.CancellationToken);

        // The bright ones, of larger k, are the louder source.
        Assert.Equal([1, 0, 1, 0, 1, 0], sources);
    }

    [Fact]
    public void Components_that_sound_together_go_together()
    {
        var random = new CounterRandom(5, 0);
        float[,] activations = Activations(5, (k, t) => (t / 10 % 2 == k % 2 ? 1 : 0) * (5 - k) + 0.1 * random.Uniform(k * Frames + t));

        int[] sources = ComponentGroups.Of(Options(GroupingMethod.Envelope), Templates(5, (_, _) => 1), activations, SampleRateHz, null, TestContext.Current.CancellationToken);

        Assert.Equal([0, 1, 0, 1, 0], sources);
    }

    [Fact]
    public void Examples_take_the_templates_that_they_explain()
    {
        double[] low = Peak(40), high = Peak(300), middle = Peak(150);
        float[,] first = Templates(2, (k, f) => k == 0 ? high[f] : 0), second = Templates(2, (k, f) => k == 0 ? low[f] : middle[f]);
        float[,] templates = Templates(4, (k, f) => new[] { low[f] + 0.2 * high[f], high[f], middle[f], 0.3 * low[f] + high[f] }[k]);
        var options = Options(GroupingMethod.Examples);

        Assert.Equal([1, 0, 1, 0], ComponentGroups.Of(options, templates, Activations(4, (_, _) => 1), SampleRateHz, [first, second], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(GroupingMethod.Mfcc)]
    [InlineData(GroupingMethod.Envelope)]
    public void Every_source_has_a_component(GroupingMethod method)
    {
        var random = new CounterRandom(6, 0);
        float[,] templates = Templates(9, (k, f) => Math.Pow(random.Uniform(k * Bins + f), 6)), activations = Activations(9, (k, t) => random.Uniform(90_000 + k * Frames + t));
        for (int sources = 1; sources <= 9; sources++)
            Assert.Equal(Enumerable.Range(0, sources), ComponentGroups.Of(Options(method) with { Sources = sources }, templates, activations, SampleRateHz, null, TestContext.Current.CancellationToken).Distinct().Order());
        // Equal ones too, and empty ones.
        Assert.Equal([0, 1, 2], ComponentGroups.Of(Options(method) with { Sources = 3 }, new float[Bins, 7], new float[7, Frames], SampleRateHz, null, TestContext.Current.CancellationToken).Distinct().Order());
    }

    [Fact]
    public void Louder_sources_come_first()
    {
        float[,] templates = Templates(4, (k, f) => k < 3 ? Math.Exp(-f / (30.0 + k)) : 50 * Math.Exp((f - Bins) / 90.0));

        Assert.Equal([1, 1, 1, 0], ComponentGroups.Of(Options(GroupingMethod.Mfcc), templates, Activations(4, (_, _) => 1), SampleRateHz, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Cepstra_do_not_depend_on_level()
    {
        double[] peak = Peak(100);
        double[][] cepstra = MelCepstrum.Of(Templates(2, (k, f) => (k == 0 ? 1 : 1000) * peak[f]), SampleRateHz);

        for (int c = 0; c < 12; c++) Differences.Within(1e-4, Math.Abs(cepstra[0][c] - cepstra[1][c]), $"coefficient {c + 1}");
        Assert.Contains(cepstra[0], value => Math.Abs(value) > 1);
    }

    private static GroupingOptions Options(GroupingMethod method) => new() { Sources = 2, Method = method };

    private static double[] Peak(int bin) => [.. Enumerable.Range(0, Bins).Select(f => 1 / (1 + Math.Pow((f - bin) / 8.0, 2)))];

    private static float[,] Templates(int rank, Func<int, int, double> value) => Fill(Bins, rank, (f, k) => value(k, f));

    private static float[,] Activations(int rank, Func<int, int, double> value) => Fill(rank, Frames, value);

    private static float[,] Fill(int rows, int columns, Func<int, int, double> value)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = (float)value(i, j);
        return values;
    }
}
