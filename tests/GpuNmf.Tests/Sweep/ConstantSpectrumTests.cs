using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Sweep;
using GpuNmf.Tests.Lanes;
using GpuNmf.Tests.Nmf;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>The divergence from the mean spectrum, beside the oracle's and beside other constant spectra.</summary>
public sealed class ConstantSpectrumTests
{
    private const int Bins = 37;

    public static IEnumerable<object[]> Cases => from beta in new[] { -0.5, 0, 0.5, 1, 1.5, 2, 3 } from frames in new[] { 19, 1031 } select new object[] { beta, frames };

    /// <summary>Both sides sum at most 37 x 1031 terms in double; the terms cancel to no less than a hundredth of themselves, so 4e4 2^-53 100 =
    /// 4e-10 in the worst case.</summary>
    private const double Allowed = 1e-9;

    [Theory, OnEveryDevice(nameof(Cases), RealOnly = true)]
    public void It_is_that_of_the_oracle(string lane, double beta, int frames)
    {
        var session = Lane.Session(lane);
        float[,] x = FactorizerReferenceTests.Problem(Bins, frames, beta, seed: 5);
        var geometry = NmfGeometry.Of(Bins, frames, 1, session.Form);
        using var onDevice = NmfRun.Upload(session, x, geometry);
        double[,] raised = Raised(x, beta);

        double got = ConstantSpectrum.Divergence(SharedSpectrogram.Measure(session, onDevice, geometry), beta, CancellationToken.None);

        double want = BetaDivergence.Of(raised, Constant(Mean(raised), frames), beta);
        Differences.Within(Allowed, Math.Abs(got - want) / want, $"{lane} beta {beta}");
    }

    /// <summary>The mean has the least divergence of all spectra that do not change: a step in any bin makes it larger.</summary>
    [Theory]
    [InlineData(-0.5)]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_other_constant_spectrum_is_nearer(double beta)
    {
        const int frames = 23;
        double[,] x = Raised(FactorizerReferenceTests.Problem(Bins, frames, beta, seed: 6), beta);
        double[] mean = Mean(x);
        double least = BetaDivergence.Of(x, Constant(mean, frames), beta);
        for (int f = 0; f < Bins; f++)
        {
            foreach (double step in (double[])[0.98, 1.02])
            {
                if (mean[f] == 0) continue;
                double[] other = (double[])mean.Clone();
                other[f] *= step;
                Assert.True(BetaDivergence.Of(x, Constant(other, frames), beta) > least, $"beta {beta}, bin {f}, step {step}");
            }
        }
    }

    [Fact]
    public void A_spectrum_that_does_not_change_is_its_mean()
    {
        var session = Lane.Session(Lane.Cpu);
        var geometry = NmfGeometry.Of(Bins, 9, 1, session.Form);
        var x = new float[Bins, 9];
        for (int f = 0; f < Bins; f++)
            for (int t = 0; t < 9; t++) x[f, t] = 1 + f;
        using var onDevice = NmfRun.Upload(session, x, geometry);

        double got = ConstantSpectrum.Divergence(SharedSpectrogram.Measure(session, onDevice, geometry), 1, CancellationToken.None);

        // Nine times 37 log 37 at most, which cancel: 333 terms of 134 in double.
        Assert.InRange(got, 0, 333 * 134 * Math.Pow(2, -52));
    }

    /// <summary>Cells as the updates see them.</summary>
    private static double[,] Raised(float[,] x, double beta)
    {
        double floor = beta < 1 ? 1e-6 * x.Cast<float>().Max() : 0;
        var raised = new double[x.GetLength(0), x.GetLength(1)];
        for (int f = 0; f < x.GetLength(0); f++)
            for (int t = 0; t < x.GetLength(1); t++) raised[f, t] = Math.Max(x[f, t], floor);
        return raised;
    }

    private static double[] Mean(double[,] x) =>
        [.. Enumerable.Range(0, x.GetLength(0)).Select(f => Enumerable.Range(0, x.GetLength(1)).Average(t => x[f, t]))];

    private static double[,] Constant(double[] spectrum, int frames)
    {
        var constant = new double[spectrum.Length, frames];
        for (int f = 0; f < spectrum.Length; f++)
            for (int t = 0; t < frames; t++) constant[f, t] = spectrum[f];
        return constant;
    }
}
