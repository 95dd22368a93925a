using Xunit;

namespace GpuNmf.Tests;

/// <summary>Errors between matrices, and assertions on them that NaN fails.</summary>
internal static class Differences
{
    internal static void Within(double tolerance, double error, string what) =>
        Assert.True(error <= tolerance, $"{what}: error {error:E2}, allowed {tolerance:E1}");

    /// <summary>max |a - b| / max |b|.</summary>
    internal static double Largest(double[,] a, double[,] b)
    {
        Assert.Equal((b.GetLength(0), b.GetLength(1)), (a.GetLength(0), a.GetLength(1)));
        double difference = 0, scale = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                difference = MaxOrNaN(difference, Math.Abs(a[i, j] - b[i, j]));
                scale = Math.Max(scale, Math.Abs(b[i, j]));
            }
        }
        return difference / scale;
    }

    /// <summary>Frobenius norm of a - b over that of b.</summary>
    internal static double Frobenius(double[,] a, double[,] b)
    {
        Assert.Equal((b.GetLength(0), b.GetLength(1)), (a.GetLength(0), a.GetLength(1)));
        double difference = 0, scale = 0;
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                difference += (a[i, j] - b[i, j]) * (a[i, j] - b[i, j]);
                scale += b[i, j] * b[i, j];
            }
        }
        return Math.Sqrt(difference / scale);
    }

    internal static double MaxOrNaN(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b);

    internal static double[,] Widen(float[,] values) => Map(values, v => (double)v);

    internal static float[,] Narrow(double[,] values) => Map(values, v => (float)v);

    private static TTo[,] Map<TFrom, TTo>(TFrom[,] values, Func<TFrom, TTo> convert)
    {
        var result = new TTo[values.GetLength(0), values.GetLength(1)];
        for (int i = 0; i < values.GetLength(0); i++)
            for (int j = 0; j < values.GetLength(1); j++)
                result[i, j] = convert(values[i, j]);
        return result;
    }
}
