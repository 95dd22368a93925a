using System.Numerics;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

/// <summary>Golden results for a test, or the reason to skip it; and comparisons that NaN fails.</summary>
internal static class GoldenData
{
    public static string Folder()
    {
        string? folder = SharedFolder.Find();
        const string Reason = "The shared recordings are absent: set GPUNMF_SHARED, or put them in ../shared beside the repository.";
        if (folder is null && SharedFolder.IsRequired) Assert.Fail(Reason + " GPUNMF_REQUIRE names them.");
        Assert.SkipWhen(folder is null, Reason);
        return folder!;
    }

    public static Golden Clip(string name) => new(Folder(), name);

    /// <summary>max |a - b| / max |b|, the error of the goldens' README; NaN when any value is.</summary>
    public static double Error(double[,] got, double[,] want)
    {
        Assert.Equal((want.GetLength(0), want.GetLength(1)), (got.GetLength(0), got.GetLength(1)));
        double worst = 0, largest = 0;
        for (int i = 0; i < want.GetLength(0); i++)
        {
            for (int j = 0; j < want.GetLength(1); j++)
            {
                worst = Math.Max(worst, Math.Abs(got[i, j] - want[i, j]));
                largest = Math.Max(largest, Math.Abs(want[i, j]));
            }
        }
        return worst / largest;
    }

    /// <summary>The same of vectors.</summary>
    public static double Error(double[] got, double[] want)
    {
        Assert.Equal(want.Length, got.Length);
        double worst = 0, largest = 0;
        for (int i = 0; i < want.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(got[i] - want[i]));
            largest = Math.Max(largest, Math.Abs(want[i]));
        }
        return worst / largest;
    }

    /// <summary>The same of the given columns of a complex matrix.</summary>
    public static double Error(Complex[,] got, IReadOnlyList<int> columns, Complex[,] want)
    {
        Assert.Equal((want.GetLength(0), want.GetLength(1)), (got.GetLength(0), columns.Count));
        double worst = 0, largest = 0;
        for (int i = 0; i < want.GetLength(0); i++)
        {
            for (int j = 0; j < columns.Count; j++)
            {
                worst = Math.Max(worst, Complex.Abs(got[i, columns[j]] - want[i, j]));
                largest = Math.Max(largest, Complex.Abs(want[i, j]));
            }
        }
        return worst / largest;
    }

    public static void Within(double allowed, double error, string what) =>
        Assert.True(error <= allowed, $"{what}: error {error:E2}, allowed {allowed:E2}");
}
