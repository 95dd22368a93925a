using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf.Blocks;

namespace GpuNmf.Nmf.Starts;

/// <summary>
/// Leading singular triplets of X by randomised subspace iteration (Halko, Martinsson and Tropp, "Finding structure with randomness", SIAM Review 2011,
/// algorithm 4.4): X is only multiplied, on the device; the basis, of bins x columns, is made orthonormal on the host in double.
/// </summary>
/// <remarks>
/// V starts from powers of X^T X on random numbers of a fixed key. A round forms Z = X^T X V, diagonalises V^T Z (Rayleigh and Ritz), and makes the rotated Z orthonormal. Single
/// precision leaves column j of Z with an error of about 2^-24 sigma_1 sigma_j, so the entry of V^T Z for two columns is taken from the smaller one: then the angle
/// between two vectors is as good as 2^-24 sigma_1 / sigma_j allows.
/// </remarks>
internal sealed class SubspaceIteration : IDisposable
{
    private const int MostRounds = 24;

    /// <summary>A Ritz vector is done when |X^T X v - sigma^2 v| is below this share of sigma^2 ...</summary>
    private const double Converged = 1e-5;

    /// <summary>... or below so many roundings of sigma_1 / sigma, which more rounds do not lower.</summary>
    private const double Noise = 4.0 / (1 << 24);

    /// <summary>Singular values below this share of the largest are zero to single precision.</summary>
    private const double Zero = 1e-6;

    /// <summary>Columns of the space that the iteration begins in, at most: what the host diagonalises in a moment.</summary>
    private const int KrylovColumns = 128;

    private readonly SpectrogramProducts _products;
    private readonly CancellationToken _cancellation;
    private readonly int _bins, _frames, _count, _columns;

    private SubspaceIteration(DeviceSession session, ISpectrogramBlocks x, NmfGeometry geometry, int count, CancellationToken cancellation)
    {
        (_bins, _frames, _count, _cancellation) = (geometry.Bins, geometry.Frames, count, cancellation);
        int spare = Math.Clamp(count, 8, 64);
        _columns = Math.Min((count + spare + 15) / 16 * 16, Math.Min(geometry.Bins, geometry.Frames));
        _products = new SpectrogramProducts(session, x, geometry.Bins, geometry.Frames, Math.Min(_columns, SpectrogramProducts.ColumnsAtATime));
    }

    /// <summary>Rounds done.</summary>
    private int Rounds { get; set; }

    public void Dispose() => _products.Dispose();

    /// <summary>The first <paramref name="count"/> triplets.</summary>
    /// <param name="session">Device.</param>
    /// <param name="x">X.</param>
    /// <param name="geometry">Its bins and frames count, its rank does not.</param>
    /// <param name="count">At most the bins and the frames.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    internal static SingularTriplets Of(DeviceSession session, ISpectrogramBlocks x, NmfGeometry geometry, int count, CancellationToken cancellation)
    {
        using var iteration = new SubspaceIteration(session, x, geometry, count, cancellation);
        return iteration.Triplets(iteration.Basis());
    }

    private double[][] Basis()
    {
        double[][] basis = KrylovBasis();
        for (bool done = false; !done && Rounds < MostRounds; Rounds++)
        {
            double[][] images = Images(basis);
            var (values, rotation) = SymmetricEigen.Of(Projected(basis, images));
            (basis, images) = (Rotated(basis, rotation), Rotated(images, rotation));
            done = IsDone(basis, images, values);
            // The images are one step of the power method ahead of the vectors.
            basis = images;
            Orthonormal.Make(basis, RandomEntry);
        }
        return basis;
    }

    /// <summary>
    /// The best vectors of the space that a few powers of X^T X make of random columns (Musco and Musco, NeurIPS 2015): as good as many rounds, up to single
    /// precision's error of the largest columns, which rounds on Ritz vectors then take away.
    /// </summary>
    private double[][] KrylovBasis()
    {
        var block = new double[_columns][];
        for (int j = 0; j < _columns; j++)
        {
            block[j] = new double[_bins];
            for (int f = 0; f < _bins; f++) block[j][f] = RandomEntry(j, f, 0);
        }
        double[][] basis = [], images = [];
        int blocks = Math.Min(KrylovColumns, Math.Min(_bins, _frames)) / _columns;
        for (int power = 0; power < Math.Max(1, blocks); power++)
        {
            basis = [.. basis, .. block];
            Orthonormal.Make(basis, RandomEntry);
            if (blocks <= 1) return basis;
            double[][] ahead = Images(basis[^_columns..]);
            images = [.. images, .. ahead];
            block = Array.ConvertAll(ahead, column => (double[])column.Clone());
        }
        var (_, rotation) = SymmetricEigen.Of(Projected(basis, images));
        double[][] best = Rotated(images, rotation[.._columns]);
        Orthonormal.Make(best, RandomEntry);
        return best;
    }

    /// <summary>X^T X V.</summary>
    private double[][] Images(double[][] basis)
    {
        var images = new double[_columns][];
        int width = _products.Geometry.Rank;
        for (int first = 0; first < _columns; first += width)
        {
            int count = Math.Min(width, _columns - first);
            _products.OverBins(Columns(basis, first, count, width), _cancellation);
            float[,] image = _products.OverFrames(_cancellation);
            for (int j = 0; j < count; j++)
            {
                images[first + j] = new double[_bins];
                for (int f = 0; f < _bins; f++) images[first + j][f] = image[f, j];
            }
        }
        return images;
    }

    /// <summary>V^T Z, each entry from the later column of the two.</summary>
    private static double[][] Projected(double[][] basis, double[][] images)
    {
        var projected = new double[basis.Length][];
        for (int i = 0; i < basis.Length; i++) projected[i] = new double[basis.Length];
        for (int j = 0; j < basis.Length; j++)
            for (int i = 0; i <= j; i++) projected[i][j] = projected[j][i] = Orthonormal.Dot(basis[i], images[j]);
        return projected;
    }

    private static double[][] Rotated(double[][] vectors, double[][] rotation) => Array.ConvertAll(rotation, weights =>
    {
        var sum = new double[vectors[0].Length];
        for (int i = 0; i < weights.Length; i++) Orthonormal.Add(sum, weights[i], vectors[i]);
        return sum;
    });

    private bool IsDone(double[][] vectors, double[][] images, double[] values)
    {
        for (int j = 0; j < _count; j++)
        {
            if (values[j] <= Zero * Zero * values[0]) return true;
            var residual = (double[])images[j].Clone();
            Orthonormal.Add(residual, -values[j], vectors[j]);
            double allowed = Math.Max(Converged, Noise * Math.Sqrt(values[0] / values[j]));
            if (!(Math.Sqrt(Orthonormal.Dot(residual, residual)) <= allowed * values[j])) return false;
        }
        return true;
    }

    private SingularTriplets Triplets(double[][] basis)
    {
        float[,] frames = _products.Project(Columns(basis, 0, _count, _count), _cancellation);
        var values = new double[_count];
        for (int j = 0; j < _count; j++)
        {
            double power = 0;
            for (int t = 0; t < frames.GetLength(1); t++) power += (double)frames[j, t] * frames[j, t];
            values[j] = Math.Sqrt(power);
        }
        for (int j = 1; j < _count; j++)
            if (!(values[j] > Zero * values[0])) values[j] = 0;
        return new SingularTriplets(values, basis[.._count], frames);
    }

    /// <summary>Some columns as the device takes them, with zeros behind them.</summary>
    private float[,] Columns(double[][] basis, int first, int count, int width)
    {
        var columns = new float[_bins, width];
        for (int j = 0; j < count; j++)
            for (int f = 0; f < _bins; f++) columns[f, j] = (float)basis[first + j][f];
        return columns;
    }

    private static double RandomEntry(int column, int bin, int attempt) => Philox.Normal(RandomStream.Sketch, ((uint)bin, (uint)attempt, (uint)column), 0);
}
