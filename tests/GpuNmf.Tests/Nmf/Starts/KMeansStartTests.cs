using GpuNmf.Nmf;
using GpuNmf.Nmf.Starts;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf.Starts;

public sealed class KMeansStartTests
{
    private const int Bins = 40;

    [Theory, OnEveryDevice]
    public void Templates_are_the_spectra_that_the_frames_are_made_of(string lane)
    {
        double[][] spectra = Spectra(3);
        float[,] x = Frames(spectra, 61);

        var start = NndsvdTests.Make(Lane.Session(lane), x, Model(3));

        // Each frame is one of the spectra but for noise of a hundredth of it.
        foreach (double[] spectrum in spectra)
            Assert.Contains(Enumerable.Range(0, 3), k => Cosine(spectrum, start.Templates, k) > 0.999);
        Assert.DoesNotContain(start.Templates.Cast<float>(), value => !(value > 0));
        Assert.DoesNotContain(start.Activations.Cast<float>(), value => !(value > 0));
    }

    [Fact]
    public void Frames_keep_their_sums_and_silence_is_nearly_silent()
    {
        float[,] x = Frames(Spectra(3), 61);

        var start = NndsvdTests.Make(Lane.Session(Lane.Cpu), x, Model(3));

        double loudest = Enumerable.Range(0, 61).Max(t => Sum(t, (f, t) => x[f, t]));
        for (int t = 0; t < 61; t++)
        {
            double want = Sum(t, (f, t) => x[f, t]), got = Sum(t, (f, t) => Enumerable.Range(0, 3).Sum(k => (double)start.Templates[f, k] * start.Activations[k, t]));
            // What is raised from zero is a thousandth of the mean, three times.
            Assert.True(Math.Abs(got - want) <= 3e-3 * loudest, $"frame {t}: {got}, the frame has {want}");
        }
    }

    [Fact]
    public void A_seed_gives_the_same_bits_and_others_give_others()
    {
        float[,] x = Frames(Spectra(6), 200);

        StartFactors one = Make(1), again = Make(1);

        Assert.Equal(one.Templates, again.Templates);
        Assert.Equal(one.Activations, again.Activations);
        Assert.Contains(Enumerable.Range(2, 5), seed => !Make((ulong)seed).Templates.Cast<float>().SequenceEqual(one.Templates.Cast<float>()));

        StartFactors Make(ulong seed) => NndsvdTests.Make(Lane.Session(Lane.Cpu), x, Model(3) with { Seed = seed });
    }

    [Fact]
    public void Components_beyond_the_different_frames_are_random()
    {
        // Two frames that differ, and silence.
        var x = new float[Bins, 5];
        for (int f = 0; f < Bins; f++) (x[f, 1], x[f, 3]) = (1 + f, Bins - f);

        var start = NndsvdTests.Make(Lane.Session(Lane.Cpu), x, Model(4));

        Assert.Equal(4, Enumerable.Range(0, 4).Select(k => start.Templates[0, k]).Distinct().Count());
        Assert.DoesNotContain(start.Templates.Cast<float>(), value => !(value > 0 && float.IsFinite(value)));
        Assert.DoesNotContain(start.Activations.Cast<float>(), value => !(value > 0 && float.IsFinite(value)));
    }

    [Fact]
    public void More_frames_than_a_sample_holds_are_drawn_from()
    {
        double[][] spectra = Spectra(2);
        float[,] x = Frames(spectra, 10_007);

        var start = NndsvdTests.Make(Lane.Session(Lane.Cpu), x, Model(2));

        foreach (double[] spectrum in spectra) Assert.Contains(Enumerable.Range(0, 2), k => Cosine(spectrum, start.Templates, k) > 0.999);
    }

    private static NmfModel Model(int rank) => new(rank, 0) { Initialization = NmfInitialization.KMeans };

    private static double[][] Spectra(int count)
    {
        var random = new CounterRandom(11, 0);
        return [.. Enumerable.Range(0, count).Select(k => Enumerable.Range(0, Bins).Select(f => Math.Pow(random.Uniform(k * Bins + f), 4)).ToArray())];
    }

    /// <summary>Spectra in turn at levels of their own, each with a little noise; every 7th frame is silent.</summary>
    private static float[,] Frames(double[][] spectra, int frames)
    {
        var random = new CounterRandom(11, 1);
        var x = new float[Bins, frames];
        for (int t = 0; t < frames; t++)
            for (int f = 0; f < Bins && t % 7 != 6; f++)
                x[f, t] = (float)((1 + t % 5) * (spectra[t % spectra.Length][f] + 0.002 * random.Uniform(t * (long)Bins + f)));
        return x;
    }

    private static double Sum(int frame, Func<int, int, double> cell) => Enumerable.Range(0, Bins).Sum(f => cell(f, frame));

    private static double Cosine(double[] spectrum, float[,] templates, int k)
    {
        double product = 0, one = 0, two = 0;
        for (int f = 0; f < spectrum.Length; f++)
            (product, one, two) = (product + spectrum[f] * templates[f, k], one + spectrum[f] * spectrum[f], two + (double)templates[f, k] * templates[f, k]);
        return product / Math.Sqrt(one * two);
    }
}
