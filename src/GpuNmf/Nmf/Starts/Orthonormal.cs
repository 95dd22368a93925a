namespace GpuNmf.Nmf.Starts;

/// <summary>Vectors of one length made orthonormal, in double.</summary>
internal static class Orthonormal
{
    /// <summary>A vector that keeps less than this of its length depends on those before it.</summary>
    private const double Dependent = 1e-12;

    /// <summary>
    /// Gram and Schmidt's process in place, each vector twice, which is enough (Giraud, Langou and Rozložník 2005). A vector that depends on those
    /// before it is replaced.
    /// </summary>
    /// <param name="vectors">At most as many as they are long.</param>
    /// <param name="replacement">Entry (vector, index) of what stands in for it; another one for each attempt.</param>
    internal static void Make(double[][] vectors, Func<int, int, int, double> replacement)
    {
        for (int j = 0; j < vectors.Length; j++)
        {
            for (int attempt = 0; !Normalize(vectors, j); attempt++)
                for (int i = 0; i < vectors[j].Length; i++) vectors[j][i] = replacement(j, i, attempt);
        }
    }

    internal static double Dot(double[] a, double[] b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 3 < a.Length; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.Length; i++) s0 += a[i] * b[i];
        return s0 + s1 + (s2 + s3);
    }

    /// <summary>target += scale * source.</summary>
    internal static void Add(double[] target, double scale, double[] source)
    {
        for (int i = 0; i < target.Length; i++) target[i] += scale * source[i];
    }

    private static bool Normalize(double[][] vectors, int j)
    {
        double before = Math.Sqrt(Dot(vectors[j], vectors[j]));
        if (!(before > 0)) return false;
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < j; i++) Add(vectors[j], -Dot(vectors[i], vectors[j]), vectors[i]);
        double after = Math.Sqrt(Dot(vectors[j], vectors[j]));
        if (!(after > Dependent * before)) return false;
        for (int i = 0; i < vectors[j].Length; i++) vectors[j][i] /= after;
        return true;
    }
}
