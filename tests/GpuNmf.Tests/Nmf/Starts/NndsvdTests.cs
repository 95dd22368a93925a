using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Starts;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf.Starts;

public sealed class NndsvdTests(ITestOutputHelper output)
{
    /// <summary>What the goldens allow a single-precision decomposition.</summary>
    private const double Tolerance = 1e-4;

    public static IEnumerable<object[]> Clips => Golden.Clips.SelectMany(clip => new[] { 2, 5, 16 }.Select(rank => new object[] { clip, rank }));

    public static IEnumerable<object[]> Shapes => from shape in new (int, int, int)[] { (33, 37, 3), (17, 129, 5), (67, 11, 4), (9, 9, 9) }
                                                  select new object[] { shape.Item1, shape.Item2, shape.Item3 };

    [Theory, OnEveryDevice(nameof(Clips), RealOnly = true)]
    public void The_start_is_that_of_the_exact_decomposition(string lane, string clip, int rank)
    {
        var golden = SharedGolden.Open(clip);
        double[,] x = golden.Matrix("X"), w = Leading(golden.Matrix("nndsvd/nndsvd_exact_r16_W"), rank, 1), h = Leading(golden.Matrix("nndsvd/nndsvd_exact_r16_H"), rank, 0);

        var start = Make(Lane.Session(lane), Differences.Narrow(x), new NmfModel(rank, 0) { Initialization = NmfInitialization.Nndsvd });

        Check(Differences.Largest(Divided(start.Templates, Tilt(x)), w), $"{lane} {clip} rank {rank}: W");
        Check(Differences.Largest(Divided(start.Activations, 1 / Tilt(x)), h), $"{lane} {clip} rank {rank}: H");
    }

    [Theory, OnEveryDevice(nameof(Shapes))]
    public void Small_starts_agree_with_the_reference(string lane, int bins, int frames, int rank)
    {
        double[,] x = Planted(bins, frames);
        var want = NndsvdReference.Start(x, rank);

        var start = Make(Lane.Session(lane), Differences.Narrow(x), new NmfModel(rank, 0) { Initialization = NmfInitialization.Nndsvd });

        Check(Differences.Largest(Divided(start.Templates, Tilt(x)), want.W), $"{lane} {bins} x {frames} rank {rank}: W");
        Check(Differences.Largest(Divided(start.Activations, 1 / Tilt(x)), want.H), $"{lane} {bins} x {frames} rank {rank}: H");
    }

    [Fact]
    public void Zeros_become_the_mean_or_small_numbers()
    {
        var session = Lane.Session(Lane.Cpu);
        float[,] x = Differences.Narrow(Planted(33, 37));
        StartFactors plain = Of(NmfInitialization.Nndsvd, 0), mean = Of(NmfInitialization.NndsvdA, 0), small = Of(NmfInitialization.NndsvdAR, 1), other = Of(NmfInitialization.NndsvdAR, 2);
        // The factors of X / mean(X), zeros of which become 1, times the root of the mean.
        double unit = Math.Sqrt(FactorizerReferenceTests.Mean(x)) * Tilt(Differences.Widen(x));

        Assert.Contains(plain.Templates.Cast<float>(), value => value == 0);
        for (int f = 0; f < 33; f++)
        {
            for (int k = 0; k < 4; k++)
            {
                if (plain.Templates[f, k] > 0)
                {
                    Assert.Equal(plain.Templates[f, k], mean.Templates[f, k]);
                    Assert.Equal(plain.Templates[f, k], small.Templates[f, k]);
                    continue;
                }
                Differences.Within(1e-6, Math.Abs(mean.Templates[f, k] / unit - 1), $"entry {f}, {k}");
                // |N(0, 1)| / 100 passes 0.06 once in 10^9.
                Assert.InRange(small.Templates[f, k] / unit, 1e-12, 0.06);
                Assert.NotEqual(small.Templates[f, k], other.Templates[f, k]);
            }
        }
        Assert.DoesNotContain(small.Activations.Cast<float>(), value => value == 0);

        StartFactors Of(NmfInitialization kind, ulong seed) => Make(session, x, new NmfModel(4, seed) { Initialization = kind });
    }

    [Theory]
    [InlineData(NmfInitialization.NndsvdA, 4)]
    [InlineData(NmfInitialization.NndsvdA, -9)]
    [InlineData(NmfInitialization.NndsvdAR, 3)]
    [InlineData(NmfInitialization.KMeans, 5)]
    public void The_level_of_the_recording_does_not_matter(NmfInitialization kind, int exponent)
    {
        var session = Lane.Session(Lane.Cpu);
        float[,] x = Differences.Narrow(Planted(33, 67)), scaled = (float[,])x.Clone();
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref scaled[0, 0], scaled.Length)) value = MathF.ScaleB(value, exponent);
        var options = new NmfOptions { Rank = 4, Initialization = kind, MaxIterations = 20, Tolerance = 0 };

        var fit = NmfRun.Fit(session, x, options);
        var other = NmfRun.Fit(session, scaled, options);

        // Multiplying by a power of two is exact.
        Assert.Equal(fit.LossTrace.Select(point => Math.ScaleB(point.Loss, exponent)), other.LossTrace.Select(point => point.Loss));
    }

    [Fact]
    public void Empty_components_are_filled()
    {
        // One spectrum: rank 1, and nothing for the second component.
        float[,] x = new float[20, 30];
        for (int f = 0; f < 20; f++)
            for (int t = 0; t < 30; t++) x[f, t] = (1 + f) * (2 + t % 5);

        var start = Make(Lane.Session(Lane.Cpu), x, new NmfModel(2, 0) { Initialization = NmfInitialization.NndsvdA });
        var fit = NmfRun.Fit(Lane.Session(Lane.Cpu), x, new NmfOptions { Rank = 2, Initialization = NmfInitialization.NndsvdA });

        Assert.All(Enumerable.Range(0, 20), f => Assert.Equal(start.Templates[0, 1], start.Templates[f, 1]));
        Assert.True(start.Templates[0, 1] > 0);
        Assert.True(double.IsFinite(fit.LossTrace[^1].Loss));
    }

    private void Check(double error, string what)
    {
        output.WriteLine($"{what}: {error:E2}");
        Differences.Within(Tolerance, error, what);
    }

    internal static StartFactors Make(DeviceSession session, float[,] x, NmfModel model)
    {
        var geometry = NmfGeometry.Of(x.GetLength(0), x.GetLength(1), model.Rank, session.Form);
        using var onDevice = NmfRun.Upload(session, x, geometry);
        var shared = SharedSpectrogram.Measure(session, onDevice, geometry);
        shared.Prepare(0);
        return new StartMaker(session, shared, geometry, CancellationToken.None).Of(model);
    }

    /// <summary>Where X is scaled by an odd power of two, templates carry sqrt(2) and activations its inverse.</summary>
    private static double Tilt(double[,] x) => (int)Math.Round(-Math.Log2(x.Cast<double>().Average())) % 2 == 0 ? 1 : Math.Sqrt(2);

    private static double[,] Divided(float[,] values, double by)
    {
        double[,] divided = Differences.Widen(values);
        foreach (ref double value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref divided[0, 0], divided.Length)) value /= by;
        return divided;
    }

    private static double[,] Leading(double[,] values, int count, int axis)
    {
        var part = new double[axis == 0 ? count : values.GetLength(0), axis == 1 ? count : values.GetLength(1)];
        for (int i = 0; i < part.GetLength(0); i++)
            for (int j = 0; j < part.GetLength(1); j++) part[i, j] = values[i, j];
        return part;
    }

    /// <summary>Positive parts with weights that fall by a third each, so that singular values lie apart.</summary>
    internal static double[,] Planted(int bins, int frames)
    {
        var random = new CounterRandom(3, (ulong)(1000 * bins + frames));
        int parts = Math.Min(bins, frames);
        var x = new double[bins, frames];
        for (int k = 0; k < parts; k++)
            for (int f = 0; f < bins; f++)
                for (int t = 0; t < frames; t++)
                    x[f, t] += Math.Pow(0.67, k) * Math.Pow(random.Uniform(k * 1000 + f), 3) * Math.Pow(random.Uniform(500_000 + k * 1000 + t), 3);
        return x;
    }
}
