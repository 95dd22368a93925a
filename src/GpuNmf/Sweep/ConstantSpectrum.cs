using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Sweep;

/// <summary>
/// The divergence of X from the best spectrum that does not change: its mean m over time, whatever beta (Banerjee et al. 2005). With it the
/// terms that are linear in X cancel, and what is left are sums over the cells and the bins.
/// </summary>
internal static class ConstantSpectrum
{
    private const int BlockFrames = 1024;

    /// <summary>D_beta(X | m 1^T) in double. X is raised to the divergence's floor first, as it is for the updates.</summary>
    /// <param name="x">X, measured and not yet scaled.</param>
    /// <param name="beta">beta.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    internal static double Divergence(SharedSpectrogram x, double beta, CancellationToken cancellation)
    {
        var rule = UpdateRule.For(new NmfOptions { Beta = beta });
        double floor = rule.RelativeFloor * x.Max, exponent = rule.Beta, cells = 0;
        int pitch = NmfGeometry.PitchOf(x.Bins);
        var rows = new float[Math.Min(BlockFrames, x.Frames) * pitch];
        var sums = new double[x.Bins];
        foreach (var (block, first, count) in Pieces(x, cancellation))
        {
            block.Rows.Download(rows.AsSpan(0, count * pitch), (long)first * pitch);
            // Frames by all cores, their sums in the order of the frames.
            var terms = new double[count];
            Parallel.For(0, count, t => terms[t] = SumOfTerms(rows.AsSpan(t * pitch, sums.Length), floor, exponent));
            foreach (double term in terms) cells += term;
            for (int t = 0; t < count; t++)
                for (int f = 0; f < sums.Length; f++) sums[f] += Math.Max(rows[t * pitch + f], floor);
        }
        double bins = sums.Sum(sum => Term(sum / x.Frames, exponent));
        return Math.Max(0, (cells - x.Frames * bins) * Factor(exponent));
    }

    /// <summary>All frames in their order, some at a time: those of a block from <c>First</c> on.</summary>
    private static IEnumerable<(SpectrogramBlock Block, int First, int Count)> Pieces(SharedSpectrogram x, CancellationToken cancellation)
    {
        foreach (var block in x.Blocks.Pass(x.SliceFrames, ascending: true, cancellation))
        {
            for (int first = 0; first < block.Frames; first += BlockFrames)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return (block, first, Math.Min(BlockFrames, block.Frames - first));
            }
        }
    }

    private static double SumOfTerms(ReadOnlySpan<float> bins, double floor, double beta)
    {
        double sum = 0;
        foreach (float value in bins) sum += Term(Math.Max(value, floor), beta);
        return sum;
    }

    /// <summary>The part of the divergence that is not linear, without its factor: x log x, log x, or x^beta.</summary>
    private static double Term(double x, double beta) => beta switch
    {
        1 => x > 0 ? x * Math.Log(x) : 0,
        0 => Math.Log(x),
        2 => x * x,
        _ => Math.Pow(x, beta),
    };

    private static double Factor(double beta) => beta switch
    {
        1 => 1,
        0 => -1,
        _ => 1 / (beta * (beta - 1)),
    };
}
