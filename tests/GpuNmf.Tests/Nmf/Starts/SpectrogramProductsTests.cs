using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Nmf.Starts;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf.Starts;

/// <summary>Products of X with columns of any sign, over the bins and over the frames, against float64.</summary>
public sealed class SpectrogramProductsTests
{
    /// <summary>Bins, frames, columns: primes, one below and above the groups, several slices, ranks of several classes.</summary>
    public static IEnumerable<object[]> Shapes => from shape in new (int, int, int)[] { (1, 1, 1), (33, 67, 3), (37, 129, 8), (65, 31, 17), (5, 7, 127) }
                                                  select new object[] { shape.Item1, shape.Item2, shape.Item3 };

    /// <summary>Several slices of many frames, blocks of 16 frames and of 4, bins beyond a block of them; wide factors.</summary>
    public static IEnumerable<object[]> LargeShapes => from shape in new (int, int, int)[] { (1025, 611, 16), (401, 1031, 31), (65, 601, 256) }
                                                       select new object[] { shape.Item1, shape.Item2, shape.Item3 };

    [Theory, OnEveryDevice(nameof(Shapes))]
    public void Products_agree_with_double_precision(string lane, int bins, int frames, int columns) => Compare(lane, bins, frames, columns);

    [Theory, OnEveryDevice(nameof(LargeShapes), RealOnly = true)]
    public void Large_products_agree_with_double_precision(string lane, int bins, int frames, int columns) => Compare(lane, bins, frames, columns);

    [Fact]
    public void Threads_change_no_bit()
    {
        float[,] x = Values(129, 1000, 1, signed: false), columns = Values(129, 5, 2, signed: true);
        using var one = DeviceSession.Open(DeviceRequest.Cpu with { Threads = 1 });
        using var two = DeviceSession.Open(DeviceRequest.Cpu with { Threads = 2 });

        var (projections, sums) = Both(one, x, columns);
        var (projectionsOfTwo, sumsOfTwo) = Both(two, x, columns);

        Assert.Equal(projections, projectionsOfTwo);
        Assert.Equal(sums, sumsOfTwo);
        Assert.Contains(sums.Cast<float>(), value => value < 0);
    }

    private static void Compare(string lane, int bins, int frames, int columns)
    {
        float[,] x = Values(bins, frames, 1, signed: false), v = Values(bins, columns, 2, signed: true);

        var (projections, sums) = Both(Lane.Session(lane), x, v);

        // A sum of n products: n roundings of partial sums and one of each product, none above the sum of the magnitudes.
        double allowed = (bins + 1) * Math.Pow(2, -24), allowedOfFrames = (frames + 1) * Math.Pow(2, -24);
        for (int k = 0; k < columns; k++)
        {
            for (int t = 0; t < frames; t++)
            {
                double want = 0, magnitude = 0;
                for (int f = 0; f < bins; f++) (want, magnitude) = (want + (double)x[f, t] * v[f, k], magnitude + Math.Abs((double)x[f, t] * v[f, k]));
                Differences.Within(allowed * magnitude, Math.Abs(projections[k, t] - want), $"{lane} {bins} x {frames}, frame {t}, column {k}");
            }
            for (int f = 0; f < bins; f++)
            {
                double want = 0, magnitude = 0;
                for (int t = 0; t < frames; t++) (want, magnitude) = (want + (double)x[f, t] * projections[k, t], magnitude + Math.Abs((double)x[f, t] * projections[k, t]));
                Differences.Within(allowedOfFrames * magnitude, Math.Abs(sums[f, k] - want), $"{lane} {bins} x {frames}, bin {f}, column {k}");
            }
        }
    }

    /// <summary>X^T V, columns x frames, and X of it, bins x columns.</summary>
    private static (float[,] Projections, float[,] Sums) Both(DeviceSession session, float[,] x, float[,] columns)
    {
        var geometry = NmfGeometry.Of(x.GetLength(0), x.GetLength(1), 1, session.Form);
        using var onDevice = NmfRun.Upload(session, x, geometry);
        using var products = new SpectrogramProducts(session, new WholeSpectrogram(session, onDevice, geometry), geometry.Bins, geometry.Frames, columns.GetLength(1));
        float[,] projections = products.Project(columns, CancellationToken.None);
        return (projections, products.OverFrames(CancellationToken.None));
    }

    private static float[,] Values(int rows, int columns, ulong stream, bool signed)
    {
        var random = new CounterRandom(7, stream);
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                values[i, j] = (float)(signed ? random.Bipolar(i * (long)columns + j) : random.Uniform(i * (long)columns + j));
        return values;
    }
}
