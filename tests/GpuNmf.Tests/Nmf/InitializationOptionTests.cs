using GpuNmf.Nmf;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

public sealed class InitializationOptionTests
{
    private static readonly NmfOptions s_filled = new() { Rank = 2, Initialization = NmfInitialization.NndsvdA };

    public static TheoryData<NmfOptions, string, string> Contradictions => new()
    {
        { s_filled with { Initialization = NmfInitialization.Nndsvd }, "never leave zero", "nndsvdar" },
        { s_filled with { Restarts = 2 }, "Restarts is 2", "leaves nothing to chance" },
        { s_filled with { InitialTemplates = new float[1, 2] }, "Initialization is nndsvda", "InitialTemplates is a start as well" },
        { s_filled with { Initialization = NmfInitialization.KMeans, InitialActivations = new float[2, 1] }, "Initialization is kmeans", "InitialActivations" },
    };

    [Theory, MemberData(nameof(Contradictions))]
    public void Contradictions_are_refused_with_the_way_out(NmfOptions options, string rule, string wayOut)
    {
        var e = Assert.Throws<ArgumentException>(options.Validate);
        Assert.Contains(rule, e.Message, StringComparison.Ordinal);
        Assert.Contains(wayOut, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_initialization_is_refused() =>
        Assert.Equal("Initialization", Assert.Throws<ArgumentOutOfRangeException>(() => (s_filled with { Initialization = (NmfInitialization)9 }).Validate()).ParamName);

    [Fact]
    public void More_components_than_singular_vectors_are_refused()
    {
        var options = new SeparationOptions { Nmf = s_filled with { Rank = 40 }, Stft = new GpuNmf.Stft.StftOptions { FftLength = 64 } };
        var e = Assert.Throws<ArgumentException>(() => options.ValidateFor(TestSignals.Recording(new float[200])));
        Assert.Contains("Rank is 40, but a spectrogram of 33 bins x", e.Message, StringComparison.Ordinal);
        (options with { Nmf = options.Nmf with { Initialization = NmfInitialization.KMeans } }).ValidateFor(TestSignals.Recording(new float[200]));
    }

    [Theory]
    [InlineData(NmfInitialization.NndsvdAR)]
    [InlineData(NmfInitialization.KMeans)]
    public void Restarts_differ_where_something_is_left_to_chance(NmfInitialization kind)
    {
        var recording = TestSignals.Recording(TestSignals.Tones(4000, 1));
        var options = new SeparationOptions
        {
            Stft = new GpuNmf.Stft.StftOptions { FftLength = 128 },
            Nmf = new NmfOptions { Rank = 5, Initialization = kind, Restarts = 3, MaxIterations = 5, Seed = 4 },
        };

        var run = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options);
        var alone = SeparationRun.On(Lane.Session(Lane.Cpu), recording, options with { Nmf = options.Nmf with { Restarts = 1, Seed = run.Result.Seed } });

        Assert.True(run.Result.Restarts.Select(r => r.Loss).Distinct().Count() > 1);
        Assert.Equal(run.Result.Templates, alone.Result.Templates);
    }
}
