using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>Whether the iterations that are about to be timed compute the right thing.</summary>
internal static class IterationCheck
{
    private const int Iterations = 2;

    /// <summary>What the golden results allow float32 in W H after ten iterations; honest computations stay below 6e-6.</summary>
    private const double Allowed = 1e-4;

    /// <summary>Compares W H after two iterations with the float64 oracle's.</summary>
    /// <returns>The relative Frobenius error.</returns>
    /// <exception cref="InvalidOperationException">It is larger than float32 explains.</exception>
    internal static double Require(DeviceSession session, IterationProblem problem)
    {
        using var x = problem.Upload(session);
        using var factorizer = new Factorizer(session, problem.Geometry(session), problem.Options(Iterations));
        var fit = factorizer.Run(x, null, CancellationToken.None);
        var start = new Factors(Widen(problem.Templates), Widen(problem.Activations));
        var want = NmfReference.Run(NmfReference.Floored(Widen(problem.Spectrogram), problem.Beta), start, problem.Beta, Iterations);
        double error = RelativeError(new Factors(Widen(fit.Templates), Widen(fit.Activations)), want);
        if (!(error <= Allowed))
            throw new InvalidOperationException($"{problem.Shape}, beta {problem.Beta}: W H is off by {error:E1} after {Iterations} iterations and {Allowed:E1} is allowed; a wrong result is not timed.");
        return error;
    }

    private static double RelativeError(Factors got, Factors want)
    {
        int rank = want.W.GetLength(1);
        double difference = 0, power = 0;
        for (int f = 0; f < want.W.GetLength(0); f++)
        {
            for (int t = 0; t < want.H.GetLength(1); t++)
            {
                double a = 0, b = 0;
                for (int k = 0; k < rank; k++)
                {
                    a += got.W[f, k] * got.H[k, t];
                    b += want.W[f, k] * want.H[k, t];
                }
                difference += (a - b) * (a - b);
                power += b * b;
            }
        }
        return Math.Sqrt(difference / power);
    }

    private static double[,] Widen(float[,] values)
    {
        var wide = new double[values.GetLength(0), values.GetLength(1)];
        for (int i = 0; i < wide.GetLength(0); i++)
            for (int j = 0; j < wide.GetLength(1); j++)
                wide[i, j] = values[i, j];
        return wide;
    }
}
