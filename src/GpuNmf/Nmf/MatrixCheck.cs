namespace GpuNmf.Nmf;

/// <summary>Checks a matrix of the caller's.</summary>
internal static class MatrixCheck
{
    /// <exception cref="ArgumentException">It is empty, or an entry is negative, NaN or infinite.</exception>
    internal static void Require(float[,] x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Length == 0) throw new ArgumentException($"X is {x.GetLength(0)} x {x.GetLength(1)}; it must have at least one bin and one frame.", nameof(x));
        for (int f = 0; f < x.GetLength(0); f++)
            for (int t = 0; t < x.GetLength(1); t++)
                if (!(x[f, t] >= 0 && x[f, t] < float.PositiveInfinity))
                    throw new ArgumentException($"X[{f}, {t}] is {x[f, t]}; every entry must be finite and not negative.", nameof(x));
    }

    internal static double Mean(float[,] values)
    {
        double sum = 0;
        foreach (float value in values) sum += value;
        return sum / values.Length;
    }

    internal static float[,] Constant(int rows, int columns, double value)
    {
        var values = new float[rows, columns];
        foreach (ref float cell in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref values[0, 0], values.Length)) cell = (float)value;
        return values;
    }
}
