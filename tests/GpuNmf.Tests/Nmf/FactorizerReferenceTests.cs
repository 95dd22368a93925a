using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Reference;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>The update kernels against float64 plain loops, entry by entry, on sizes that share no factor.</summary>
public sealed class FactorizerReferenceTests
{
    /// <summary>Unit roundoff of float32.</summary>
    private const double U = 1.0 / (1 << 24);

    // What float64 makes of a case is the same for every lane, and slower than the lanes are.
    private static readonly Dictionary<(int, int, int, double, UpdateExponent, int), Factors> s_oracle = [];

    private static readonly int[] s_ranks = [1, 2, 3, 5, 8, 12, 13, 17, 64, 65, 100];
    private static readonly int[] s_bins = [33, 67, 129];
    private static readonly int[] s_frames = [21, 1, 7];

    /// <summary>Bins, frames, rank, beta, exponent.</summary>
    public static IEnumerable<object[]> Small
    {
        get
        {
            int i = 0;
            foreach (int rank in s_ranks)
                foreach (double beta in new[] { 0, 1, 1.5, 2 })
                    yield return Row(i++, rank, beta);
            foreach (int rank in new[] { 3, 13 })
                foreach (double beta in new[] { -1, 0.5, 3, 4 })
                    yield return Row(i++, rank, beta);
            foreach (int rank in new[] { 2, 17 })
                foreach (double beta in new[] { 0, 0.5 })
                    yield return [s_bins[i % 3], s_frames[i++ % 3], rank, beta, UpdateExponent.Fast];
        }
    }

    /// <summary>Several slices of frames (up to three levels of their tree) and several blocks of bins.</summary>
    public static IEnumerable<object[]> Large =>
        from shape in new[] { (33, 4357, 5), (1025, 131, 3), (2049, 67, 13), (67, 541, 100), (1057, 331, 8) }
        from beta in new[] { 0, 0.5, 1, 2, 3 }
        select new object[] { shape.Item1, shape.Item2, shape.Item3, beta, UpdateExponent.MajorizationMinimization };

    /// <summary>1 to 9 slices and 65 of 64 frames each, the last one short: every number of leaves that their tree can have at a node.</summary>
    public static IEnumerable<object[]> Slices =>
        from slices in new[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 65 }
        from beta in new[] { 0, 1, 2 }
        select new object[] { 33, 64 * slices - 1, 2, beta, UpdateExponent.MajorizationMinimization };

    [Theory, OnEveryDevice(nameof(Slices), RealOnly = true)]
    public void Every_number_of_slices_is_summed(string lane, int bins, int frames, int rank, double beta, UpdateExponent exponent) =>
        Check(lane, bins, frames, rank, beta, exponent);

    [Theory, OnEveryDevice(nameof(Small))]
    public void One_and_three_iterations_agree_with_double_precision(string lane, int bins, int frames, int rank, double beta, UpdateExponent exponent) =>
        Check(lane, bins, frames, rank, beta, exponent);

    [Theory, OnEveryDevice(nameof(Large), RealOnly = true)]
    public void Many_slices_and_blocks_agree_with_double_precision(string lane, int bins, int frames, int rank, double beta, UpdateExponent exponent) =>
        Check(lane, bins, frames, rank, beta, exponent);

    private static object[] Row(int i, int rank, double beta) => rank < 64
        ? [s_bins[i % 3], s_frames[(i + i / 3) % 3], rank, beta, UpdateExponent.MajorizationMinimization]
        : [33, beta == 1 ? 19 : 7, rank, beta, UpdateExponent.MajorizationMinimization];

    private static void Check(string lane, int bins, int frames, int rank, double beta, UpdateExponent exponent)
    {
        float[,] x = Problem(bins, frames, beta, seed: 1);
        var start = Start(bins, frames, rank, Mean(x), seed: 2);
        double[,] floored = NmfReference.Floored(Differences.Widen(x), beta);
        double allowed = FactorTolerance(NmfGeometry.Of(bins, frames, rank, Lane.Session(lane).Form), beta, exponent);
        string what = $"{lane} {bins} x {frames} rank {rank} beta {beta} {exponent}";

        var one = Fit(lane, x, start, beta, exponent, 1);
        var want = Oracle(floored, start, beta, exponent, 1);
        EntriesWithin(allowed, Differences.Widen(one.Templates), want.W, what + ": W");
        EntriesWithin(allowed, Differences.Widen(one.Activations), want.H, what + ": H");
        LossWithin(floored, one, beta, what + ": loss after 1");

        // More iterations are the same kernels in turn: one beta and two ranks for the simulated devices.
        if (Lane.IsSimulated(lane) && (beta != 1 || rank is not (3 or 13))) return;
        // Errors of the factors partly cancel in W H, whose own recurrence does not amplify them: three times the roundings of one iteration.
        var three = Fit(lane, x, start, beta, exponent, 3);
        want = Oracle(floored, start, beta, exponent, 3);
        double error = Differences.Frobenius(NmfReference.Product(Differences.Widen(three.Templates), Differences.Widen(three.Activations)), NmfReference.Product(want.W, want.H));
        Differences.Within(3 * allowed, error, what + ": W H after 3");
        LossWithin(floored, three, beta, what + ": loss after 3");
    }

    /// <summary>
    /// Every sum has terms of one sign, so relative errors add up and nothing cancels. v = W H takes K + 2 roundings; x v^(beta-2) is off by
    /// |beta-2| times that and the power's own error (exp and log: |p| times 17 for |log v| below 17, and 4); the same with beta - 1 in the
    /// denominator. The contraction adds one rounding a term that is summed in a row: for W the frames of a slice, then three for each eightfold
    /// step of the tree; for H the bins of a lane (4 at least in strips, 32 of tiles to rank 12, all above), then the lanes.
    /// The ratio is raised to gamma. H is made of the new W, whose error enters W H and both contractions once more. A gpu's log and exp are
    /// up to 4 units off; the factor 2 is for them. Last comes the kernel's smallest V (1e-8 where beta is below 1, else 1e-10) beside the
    /// smallest of this start, 0.01.
    /// </summary>
    private static double FactorTolerance(NmfGeometry geometry, double beta, UpdateExponent exponent)
    {
        double rank = geometry.Rank, frames = Math.Min(geometry.Frames, geometry.SliceFrames) + 3 * Math.Ceiling(Math.Log2(geometry.Slices) / 3);
        double lanes = geometry.Form == KernelForm.Strip ? 4 : rank <= NmfGeometry.TileOnePassRank ? 32 : 1;
        double bins = Math.Ceiling(geometry.Pitch / lanes) + (lanes == 32 ? 8 + 2 : 4);
        double gamma = exponent == UpdateExponent.Fast ? 1 : beta < 1 ? 1 / (2 - beta) : beta > 2 ? 1 / (beta - 1) : 1;
        double powers = Math.Abs(beta - 2) + Math.Abs(beta - 1);
        double roundings = (rank + 2) * powers + (beta is 0 or 1 or 2 ? 4 : 17 * powers + 8);
        double ofStep = 17 * (gamma is 1 or 0.5 ? 0 : 1) + 4;
        double w = gamma * (roundings + 2 * frames) + ofStep;
        double h = gamma * (roundings + 2 * bins + (powers + 2) * w) + ofStep;
        return 2 * (w + h) * U + powers * (beta < 1 ? 1e-6 : 1e-8);
    }

    private static void EntriesWithin(double relative, double[,] got, double[,] want, string what)
    {
        Assert.Equal((want.GetLength(0), want.GetLength(1)), (got.GetLength(0), got.GetLength(1)));
        for (int i = 0; i < got.GetLength(0); i++)
            for (int j = 0; j < got.GetLength(1); j++)
                Assert.True(
                    Math.Abs(got[i, j] - want[i, j]) <= relative * want[i, j],
                    $"{what}[{i}, {j}]: got {got[i, j]:R}, want {want[i, j]:R}, off by {Math.Abs(got[i, j] - want[i, j]) / want[i, j]:E2}, allowed {relative:E2}");
    }

    /// <summary>
    /// The engine's loss against that of its own factors in float64. A cell is a difference of terms, so the roundings count against the sum
    /// of their magnitudes: K + 2 for v, 8 for the cell (powers: 17 |beta| + 8), then one for every cell of a frame; frames are added in double.
    /// </summary>
    private static void LossWithin(double[,] x, NmfFit fit, double beta, string what)
    {
        var factors = new Factors(Differences.Widen(fit.Templates), Differences.Widen(fit.Activations));
        double want = BetaDivergence.Of(x, factors.W, factors.H, beta), magnitude = 0;
        double[,] v = NmfReference.Product(factors.W, factors.H);
        for (int f = 0; f < x.GetLength(0); f++)
            for (int t = 0; t < x.GetLength(1); t++)
                magnitude += Magnitude(x[f, t], v[f, t], beta);
        int rank = factors.W.GetLength(1);
        double roundings = (1 + Math.Abs(beta - 1)) * (rank + 2) + (beta is 0 or 1 or 2 ? 8 : 17 * Math.Abs(beta) + 8) + x.GetLength(0);
        double got = fit.LossTrace[^1].Loss;

        Assert.True(Math.Abs(got - want) <= 2 * roundings * U * magnitude, $"{what}: got {got:R}, want {want:R}, allowed {2 * roundings * U * magnitude:E2}");
    }

    private static double Magnitude(double x, double v, double beta)
    {
        if (v == 0) return 0;
        double quotient = x > 0 ? Math.Abs(Math.Log(x / v)) : 0;
        return beta switch
        {
            2 => 0.5 * (x + v) * (x + v),
            1 => x * quotient + x + v,
            0 => x / v + quotient + 1,
            _ => (Math.Pow(x, beta) + Math.Abs(beta) * x * Math.Pow(v, beta - 1) + Math.Abs(beta - 1) * Math.Pow(v, beta)) / Math.Abs(beta * (beta - 1)),
        };
    }

    private static Factors Oracle(double[,] x, Factors start, double beta, UpdateExponent exponent, int iterations)
    {
        var key = (x.GetLength(0), x.GetLength(1), start.W.GetLength(1), beta, exponent, iterations);
        if (s_oracle.TryGetValue(key, out var known)) return known;
        var rule = exponent == UpdateExponent.Fast ? ReferenceExponent.One : ReferenceExponent.MajorizationMinimization;
        return s_oracle[key] = NmfReference.Run(x, start, beta, iterations, rule);
    }

    private static NmfFit Fit(string lane, float[,] x, Factors start, double beta, UpdateExponent exponent, int iterations) =>
        NmfRun.Fit(Lane.Session(lane), x, new NmfOptions
        {
            Rank = start.W.GetLength(1),
            Beta = beta,
            Solver = NmfSolver.MultiplicativeUpdate,
            Exponent = exponent,
            MaxIterations = iterations,
            Tolerance = 0,
            InitialTemplates = Differences.Narrow(start.W),
            InitialActivations = Differences.Narrow(start.H),
        });

    /// <summary>
    /// Cells in 0.1..1 with a few zeros among them; from beta 1 on a whole frame and a whole bin of zeros as well. Below, zeros become the
    /// floor of 1e-6, and one frame alone gets none: W H would meet the floor there, beside which the kernels' smallest V is 1 %.
    /// </summary>
    internal static float[,] Problem(int bins, int frames, double beta, ulong seed)
    {
        var random = new CounterRandom(seed, 0);
        var x = new float[bins, frames];
        double zeros = beta < 1 && frames == 1 ? 0 : 0.03;
        for (int f = 0; f < bins; f++)
            for (int t = 0; t < frames; t++)
                x[f, t] = random.Uniform(2L * (f * frames + t)) < zeros ? 0 : (float)(0.1 + 0.9 * random.Uniform(2L * (f * frames + t) + 1));
        if (beta < 1) return x;
        for (int t = 0; t < frames; t++) x[bins / 2, t] = 0;
        if (frames == 1) return x;
        for (int f = 0; f < bins; f++) x[f, frames / 2] = 0;
        return x;
    }

    /// <summary>Float32 numbers in 0.1..1.1 times sqrt(mean / K).</summary>
    internal static Factors Start(int bins, int frames, int rank, double mean, ulong seed)
    {
        var random = new CounterRandom(seed, 1);
        double scale = Math.Sqrt(mean / rank);
        var (w, h) = (new double[bins, rank], new double[rank, frames]);
        for (int f = 0; f < bins; f++)
            for (int k = 0; k < rank; k++)
                w[f, k] = (float)(scale * (0.1 + random.Uniform(f * rank + k)));
        for (int k = 0; k < rank; k++)
            for (int t = 0; t < frames; t++)
                h[k, t] = (float)(scale * (0.1 + random.Uniform((long)bins * rank + k * frames + t)));
        return new Factors(w, h);
    }

    internal static double Mean(float[,] x)
    {
        double sum = 0;
        foreach (float value in x) sum += value;
        return sum / x.Length;
    }
}
