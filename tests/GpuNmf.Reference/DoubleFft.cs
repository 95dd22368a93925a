using System.Collections.Concurrent;
using System.Numerics;

namespace GpuNmf.Reference;

/// <summary>The discrete Fourier transform of a power of two of points, in float64: Cooley and Tukey (1965), radix 2, every twiddle from its own sine and cosine.</summary>
public static class DoubleFft
{
    private static readonly ConcurrentDictionary<int, Complex[]> Twiddles = new();

    /// <summary>X[k] = sum over n of x[n] exp(-2 pi i k n / N), in place.</summary>
    /// <param name="x">A power of two of values.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static void Forward(Complex[] x)
    {
        if (!BitOperations.IsPow2(x.Length)) throw new ArgumentException($"{x.Length} values; expected a power of two.", nameof(x));
        ReverseBits(x);
        Complex[] twiddles = Twiddles.GetOrAdd(x.Length, MakeTwiddles);
        for (int half = 1; half < x.Length; half *= 2)
        {
            int stride = x.Length / (2 * half);
            for (int block = 0; block < x.Length; block += 2 * half)
            {
                for (int k = 0; k < half; k++)
                {
                    Complex even = x[block + k], odd = x[block + half + k] * twiddles[k * stride];
                    x[block + k] = even + odd;
                    x[block + half + k] = even - odd;
                }
            }
        }
    }

    /// <summary>x[n] = 1/N sum over k of X[k] exp(+2 pi i k n / N), in place.</summary>
    /// <inheritdoc cref="Forward" path="/param|/exception"/>
    public static void Inverse(Complex[] x)
    {
        for (int i = 0; i < x.Length; i++) x[i] = Complex.Conjugate(x[i]);
        Forward(x);
        for (int i = 0; i < x.Length; i++) x[i] = Complex.Conjugate(x[i]) / x.Length;
    }

    /// <summary>The transform of real values, zero-padded to a length.</summary>
    /// <param name="x">At most <paramref name="length"/> values.</param>
    /// <param name="length">A power of two.</param>
    public static Complex[] OfReal(ReadOnlySpan<double> x, int length)
    {
        var values = new Complex[length];
        for (int i = 0; i < x.Length; i++) values[i] = x[i];
        Forward(values);
        return values;
    }

    private static Complex[] MakeTwiddles(int length)
    {
        var twiddles = new Complex[Math.Max(1, length / 2)];
        for (int k = 0; k < twiddles.Length; k++)
        {
            double angle = -2 * Math.PI * k / length;
            twiddles[k] = new Complex(Math.Cos(angle), Math.Sin(angle));
        }
        return twiddles;
    }

    private static void ReverseBits(Complex[] x)
    {
        for (int i = 1, j = 0; i < x.Length; i++)
        {
            int bit = x.Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (x[i], x[j]) = (x[j], x[i]);
        }
    }
}
