using System.Numerics;

namespace GpuNmf.Reference;

/// <summary>
/// Least-squares projection of a signal on all versions of some sources that a filter of <see cref="Taps"/> taps can make: the normal equations
/// are a block Toeplitz matrix of correlations (Vincent, Gribonval and Févotte 2006; mir_eval.separation._project).
/// </summary>
internal sealed class FilteredProjection
{
    public const int Taps = 512;

    private readonly Complex[][] _spectra;
    private readonly int _samples;
    private readonly int _size;
    private readonly LinearSystem _gram;

    /// <summary>Correlates the sources with each other and factorises the normal equations.</summary>
    /// <param name="sources">Signals of one length.</param>
    public FilteredProjection(double[][] sources)
    {
        _samples = sources[0].Length;
        _size = (int)BitOperations.RoundUpToPowerOf2((uint)(_samples + Taps - 1));
        _spectra = Array.ConvertAll(sources, s => DoubleFft.OfReal(s, _size));
        var gram = new double[sources.Length * Taps][];
        for (int i = 0; i < gram.Length; i++) gram[i] = new double[gram.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            for (int j = 0; j < sources.Length; j++) FillBlock(gram, i, j, Correlate(_spectra[i], _spectra[j]));
        }
        _gram = new LinearSystem(gram);
    }

    /// <summary>The projection, Taps - 1 samples longer than the signal.</summary>
    /// <param name="signal">A signal of the sources' length.</param>
    public double[] Of(double[] signal)
    {
        Complex[] spectrum = DoubleFft.OfReal(signal, _size);
        var right = new double[_spectra.Length * Taps];
        for (int i = 0; i < _spectra.Length; i++)
        {
            double[] correlation = Correlate(_spectra[i], spectrum);
            for (int lag = 0; lag < Taps; lag++) right[i * Taps + lag] = correlation[(_size - lag) % _size];
        }
        double[] filters = _gram.Solve(right);
        var sum = new Complex[_size];
        for (int i = 0; i < _spectra.Length; i++)
        {
            Complex[] filter = DoubleFft.OfReal(filters.AsSpan(i * Taps, Taps), _size);
            for (int f = 0; f < _size; f++) sum[f] += filter[f] * _spectra[i][f];
        }
        DoubleFft.Inverse(sum);
        return [.. sum.Take(_samples + Taps - 1).Select(v => v.Real)];
    }

    // Row a and column b of block (i, j) is the sum over n of s_i[n - a] s_j[n - b], the correlation at lag a - b seen from s_i.
    private void FillBlock(double[][] gram, int i, int j, double[] correlation)
    {
        for (int a = 0; a < Taps; a++)
        {
            for (int b = 0; b < Taps; b++) gram[i * Taps + a][j * Taps + b] = correlation[(b - a + _size) % _size];
        }
    }

    // r[m] = sum over n of a[n + m] b[n], negative m at the end; the padding of Taps - 1 keeps the lags in use from wrapping around.
    private static double[] Correlate(Complex[] a, Complex[] b)
    {
        var product = new Complex[a.Length];
        for (int f = 0; f < a.Length; f++) product[f] = a[f] * Complex.Conjugate(b[f]);
        DoubleFft.Inverse(product);
        return Array.ConvertAll(product, v => v.Real);
    }
}
