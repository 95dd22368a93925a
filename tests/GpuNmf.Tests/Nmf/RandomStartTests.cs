using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

public sealed class RandomStartTests
{
    [Fact]
    public void Entries_are_half_normal_with_scikit_learns_scale()
    {
        const double Mean = 0.36;
        const int Rank = 4;
        float[,] values = RandomStart.Templates(20_000, Rank, Mean, 3, TestContext.Current.CancellationToken);
        double scale = Math.Sqrt(Mean / Rank), mean = 0, square = 0;
        foreach (float value in values)
        {
            Assert.True(value >= 0 && float.IsFinite(value), $"{value}");
            mean += value / values.Length;
            square += (double)value * value / values.Length;
        }

        // |N(0, 1)| has the mean sqrt(2 / pi) and the mean square 1; 80000 numbers, five standard errors.
        Assert.InRange(mean / scale, Math.Sqrt(2 / Math.PI) - 0.011, Math.Sqrt(2 / Math.PI) + 0.011);
        Assert.InRange(square / (scale * scale), 1 - 0.025, 1 + 0.025);
    }

    [Fact]
    public void An_entry_does_not_depend_on_the_size_or_the_rank()
    {
        float[,] small = RandomStart.Templates(10, 3, 3, 9, TestContext.Current.CancellationToken), large = RandomStart.Templates(25, 8, 8, 9, TestContext.Current.CancellationToken);
        float[,] few = RandomStart.Activations(10, 3, 3, 9, TestContext.Current.CancellationToken), many = RandomStart.Activations(25, 8, 8, 9, TestContext.Current.CancellationToken);

        for (int row = 0; row < 10; row++)
        {
            for (int k = 0; k < 3; k++)
            {
                Assert.Equal(small[row, k], large[row, k]);
                Assert.Equal(few[k, row], many[k, row]);
            }
        }
    }

    [Fact]
    public void Seeds_matrices_and_components_have_numbers_of_their_own()
    {
        float[,] one = RandomStart.Templates(50, 4, 1, 1, TestContext.Current.CancellationToken), two = RandomStart.Templates(50, 4, 1, 2, TestContext.Current.CancellationToken), far = RandomStart.Templates(50, 4, 1, 1UL << 40, TestContext.Current.CancellationToken);
        float[,] other = RandomStart.Activations(50, 4, 1, 1, TestContext.Current.CancellationToken);
        var seen = new HashSet<float>();
        for (int row = 0; row < 50; row++)
            for (int k = 0; k < 4; k++)
                foreach (float value in new[] { one[row, k], two[row, k], far[row, k], other[k, row] })
                    seen.Add(value);

        // 800 numbers of 24 bits: two or three may meet by chance.
        Assert.True(seen.Count >= 795, $"{seen.Count} different numbers of 800");
    }

    [Theory, OnEveryDevice]
    public void Every_device_starts_from_the_same_numbers(string lane)
    {
        float[,] x = FactorizerReferenceTests.Problem(33, 37, 1, seed: 5);
        var random = new NmfOptions { Rank = 3, MaxIterations = 2, Tolerance = 0, Seed = 11 };
        double mean = FactorizerReferenceTests.Mean(x);
        var given = random with { InitialTemplates = RandomStart.Templates(33, 3, mean, 11, TestContext.Current.CancellationToken), InitialActivations = RandomStart.Activations(37, 3, mean, 11, TestContext.Current.CancellationToken) };

        var fit = NmfRun.Fit(Lane.Session(lane), x, random);
        var same = NmfRun.Fit(Lane.Session(lane), x, given);

        // The start is made at the kernels' scale and rounded there: one rounding an entry.
        Differences.Within(4e-7, Math.Abs(fit.LossTrace[0].Loss / same.LossTrace[0].Loss - 1), $"{lane}: loss of the start");
        Differences.Within(1e-6, Differences.Frobenius(Product(fit), Product(same)), $"{lane}: W H");
    }

    private static double[,] Product(NmfFit fit) => NmfReference.Product(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));
}
