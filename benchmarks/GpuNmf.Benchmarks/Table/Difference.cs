namespace GpuNmf.Benchmarks.Table;

/// <summary>Whether two programs computed the same thing.</summary>
internal static class Difference
{
    /// <summary>Masks add up to one, and samples are single precision; -138 dB is usual.</summary>
    private const double LargestResidualDb = -100;

    /// <summary>The stems must add up to the recording.</summary>
    /// <exception cref="InvalidOperationException">They do not, or a sample is not finite.</exception>
    internal static void RequireResidual(string what, double residualDb)
    {
        if (!(residualDb <= LargestResidualDb))
            throw new InvalidOperationException($"{what}: the stems miss the recording by {residualDb:F1} dB and {LargestResidualDb:F0} dB is allowed; a wrong result is not timed.");
    }

    /// <summary>Frobenius norm of got - want over that of want.</summary>
    /// <exception cref="InvalidOperationException">It is above <paramref name="allowed"/>, or not a number: a wrong result is not timed.</exception>
    internal static double Require(string what, float[,] got, float[,] want, double allowed)
    {
        if (got.GetLength(0) != want.GetLength(0) || got.GetLength(1) != want.GetLength(1))
            throw new InvalidOperationException($"{what}: {got.GetLength(0)} x {got.GetLength(1)} here and {want.GetLength(0)} x {want.GetLength(1)} there.");
        double difference = 0, power = 0;
        for (int i = 0; i < got.GetLength(0); i++)
        {
            for (int j = 0; j < got.GetLength(1); j++)
            {
                double d = (double)got[i, j] - want[i, j];
                difference += d * d;
                power += (double)want[i, j] * want[i, j];
            }
        }
        double relative = Math.Sqrt(difference / power);
        if (!(relative <= allowed)) throw new InvalidOperationException($"{what}: the results are {relative:E1} apart and {allowed:E1} is allowed; a wrong result is not timed.");
        return relative;
    }
}
