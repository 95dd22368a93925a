namespace GpuNmf.Kernels.Fft;

/// <summary>The plans by length, for the host.</summary>
internal static class FftPlans
{
    /// <summary>Longest transform of one group, in complex numbers.</summary>
    internal const int MostPoints = 4096;

    /// <summary>Threads of a group that transforms n complex numbers.</summary>
    internal static int Threads(int points) => Of(points).Threads;

    /// <summary>
    /// Roots of the passes of a transform of n numbers. For the first pass exp(-2 pi i r j / n), r = 1 to
    /// R1 - 1 rows of n / R1 numbers j; for the second likewise with n / R1 and R2. The third has none.
    /// </summary>
    internal static ComplexFloat[] PassRoots(int points)
    {
        var (first, second, third) = Of(points).Logs;
        var roots = new List<ComplexFloat>();
        AddRows(first, second + third);
        AddRows(second, third);
        return [.. roots];

        void AddRows(int radixLog, int restLog)
        {
            for (int r = 1; r < 1 << radixLog; r++)
            {
                for (int j = 0; j < 1 << restLog; j++)
                {
                    var (sine, cosine) = Math.SinCos(-2 * Math.PI * r * j / (1 << (radixLog + restLog)));
                    roots.Add(new ComplexFloat((float)cosine, (float)sine));
                }
            }
        }
    }

    private static (int Threads, (int First, int Second, int Third) Logs) Of(int points) => points switch
    {
        32 => Of<Fft32>(),
        64 => Of<Fft64>(),
        128 => Of<Fft128>(),
        256 => Of<Fft256>(),
        512 => Of<Fft512>(),
        1024 => Of<Fft1024>(),
        2048 => Of<Fft2048>(),
        MostPoints => Of<Fft4096>(),
        _ => throw new ArgumentOutOfRangeException(nameof(points), points, $"There are plans for powers of two from 32 to {MostPoints}."),
    };

    private static (int Threads, (int First, int Second, int Third) Logs) Of<TPlan>() where TPlan : struct, IFftPlan => (TPlan.Threads, TPlan.Logs);
}
