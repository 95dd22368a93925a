using System.Numerics;

namespace GpuNmf.Reference;

/// <summary>librosa's short-time Fourier transform and its inverse in float64, frame by frame.</summary>
public static class StftReference
{
    // Below the smallest normal float64 librosa.istft leaves a sample undivided.
    private const double SmallestNormal = 2.2250738585072014e-308;

    /// <summary>S[f, t] = sum over n of w[n] x[t hop + n - start] exp(-2 pi i f n / N), start = N/2 when centred and 0 otherwise (librosa.stft).</summary>
    /// <param name="x">The signal.</param>
    /// <param name="settings">Framing; null is librosa's defaults.</param>
    /// <returns>Bins x frames.</returns>
    public static Complex[,] Forward(ReadOnlySpan<double> x, StftSettings? settings = null)
    {
        settings ??= new StftSettings();
        double[] window = settings.PaddedWindow();
        int start = settings.Center ? settings.FftLength / 2 : 0;
        var spectrogram = new Complex[settings.Bins, settings.Frames(x.Length)];
        var frame = new Complex[settings.FftLength];
        for (int t = 0; t < spectrogram.GetLength(1); t++)
        {
            for (int n = 0; n < frame.Length; n++) frame[n] = window[n] * Sample(x, t * settings.Hop + n - start, settings.Padding);
            DoubleFft.Forward(frame);
            for (int f = 0; f < settings.Bins; f++) spectrogram[f, t] = frame[f];
        }
        return spectrogram;
    }

    /// <summary>
    /// Overlap-add of the windowed inverse transforms, divided by the sum of the squared windows, N/2 samples trimmed at the start when centred
    /// (librosa.istft; Griffin and Lim 1984, eq. 6).
    /// </summary>
    /// <param name="spectrogram">Bins x frames.</param>
    /// <param name="settings">Framing; null is librosa's defaults.</param>
    /// <param name="length">Samples of the result, cut or filled with zeros; null is what the frames cover without the padding at both ends.</param>
    public static double[] Inverse(Complex[,] spectrogram, StftSettings? settings = null, int? length = null)
    {
        settings ??= new StftSettings();
        int size = settings.FftLength, frames = spectrogram.GetLength(1);
        double[] window = settings.PaddedWindow();
        var sum = new double[size + settings.Hop * (frames - 1)];
        var squares = new double[sum.Length];
        for (int t = 0; t < frames; t++)
        {
            Complex[] frame = InverseOfHalf(spectrogram, t, size);
            for (int n = 0; n < size; n++)
            {
                sum[t * settings.Hop + n] += window[n] * frame[n].Real;
                squares[t * settings.Hop + n] += window[n] * window[n];
            }
        }
        int trim = settings.Center ? size / 2 : 0;
        var result = new double[length ?? sum.Length - 2 * trim];
        for (int n = 0; n < result.Length && n + trim < sum.Length; n++)
            result[n] = squares[n + trim] > SmallestNormal ? sum[n + trim] / squares[n + trim] : sum[n + trim];
        return result;
    }

    /// <summary>|S|, bin by bin.</summary>
    /// <param name="spectrogram">Any complex matrix.</param>
    public static double[,] Magnitude(Complex[,] spectrogram)
    {
        var magnitude = new double[spectrogram.GetLength(0), spectrogram.GetLength(1)];
        for (int f = 0; f < magnitude.GetLength(0); f++)
        {
            for (int t = 0; t < magnitude.GetLength(1); t++) magnitude[f, t] = Complex.Abs(spectrogram[f, t]);
        }
        return magnitude;
    }

    // The inverse of a spectrum with X[N-f] = conj X[f]; as NumPy's irfft, the imaginary parts of bins 0 and N/2 are ignored.
    private static Complex[] InverseOfHalf(Complex[,] spectrogram, int t, int size)
    {
        var frame = new Complex[size];
        frame[0] = spectrogram[0, t].Real;
        frame[size / 2] = spectrogram[size / 2, t].Real;
        for (int f = 1; f < size / 2; f++)
        {
            frame[f] = spectrogram[f, t];
            frame[size - f] = Complex.Conjugate(spectrogram[f, t]);
        }
        DoubleFft.Inverse(frame);
        return frame;
    }

    private static double Sample(ReadOnlySpan<double> x, int index, ReferencePadding padding)
    {
        if (index >= 0 && index < x.Length) return x[index];
        if (padding == ReferencePadding.Constant) return 0;
        if (x.Length == 1) return x[0];
        int period = 2 * (x.Length - 1);
        int folded = (index % period + period) % period;
        return x[Math.Min(folded, period - folded)];
    }
}
