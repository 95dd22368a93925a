using System.Numerics;

namespace GpuNmf.Reference;

/// <summary>What is heard of each component: soft masks on the mixture's spectrogram, or its own magnitude with the mixture's phase.</summary>
public static class MaskReference
{
    /// <summary>
    /// M_k = (W_k H_k)^a / sum over j of (W_j H_j)^a, cell by cell (a generalised Wiener filter; a = 2 is Wiener's for spectra of amplitudes).
    /// The components are divided by the largest of the cell first, so no power underflows; a cell where all are zero is split equally.
    /// </summary>
    /// <param name="factors">The factors.</param>
    /// <param name="power">The exponent a.</param>
    /// <returns>A mask of F x T a component.</returns>
    public static double[][,] Masks(Factors factors, double power = 1)
    {
        (double[,] w, double[,] h) = factors;
        int bins = w.GetLength(0), rank = w.GetLength(1), frames = h.GetLength(1);
        var masks = new double[rank][,];
        for (int k = 0; k < rank; k++) masks[k] = new double[bins, frames];
        var shares = new double[rank];
        for (int f = 0; f < bins; f++)
        {
            for (int t = 0; t < frames; t++)
            {
                Shares(w, h, f, t, power, shares);
                for (int k = 0; k < rank; k++) masks[k][f, t] = shares[k];
            }
        }
        return masks;
    }

    /// <summary>y_k = istft(M_k S): the masked parts, which add up to the signal.</summary>
    /// <param name="mixture">S, bins x frames.</param>
    /// <param name="factors">The factors.</param>
    /// <param name="samples">Length of the result.</param>
    /// <param name="power">The masks' exponent.</param>
    /// <param name="settings">The framing that made S.</param>
    public static double[][] Stems(Complex[,] mixture, Factors factors, int samples, double power = 1, StftSettings? settings = null) =>
        Array.ConvertAll(Masks(factors, power), mask => StftReference.Inverse(Times(mixture, mask), settings, samples));

    /// <summary>y_k = istft(W_k H_k exp(i angle(S))) with angle(0) = 0: the notebook's recipe. The parts do not add up to the signal.</summary>
    /// <param name="mixture">S, bins x frames.</param>
    /// <param name="factors">The factors.</param>
    /// <param name="samples">Length of the result; null is what the frames cover.</param>
    /// <param name="settings">The framing that made S.</param>
    public static double[][] MagnitudeStems(Complex[,] mixture, Factors factors, int? samples = null, StftSettings? settings = null)
    {
        (double[,] w, double[,] h) = factors;
        var stems = new double[w.GetLength(1)][];
        for (int k = 0; k < stems.Length; k++)
        {
            var component = new Complex[w.GetLength(0), h.GetLength(1)];
            for (int f = 0; f < component.GetLength(0); f++)
            {
                for (int t = 0; t < component.GetLength(1); t++)
                {
                    double angle = mixture[f, t] == Complex.Zero ? 0 : mixture[f, t].Phase;
                    component[f, t] = Complex.FromPolarCoordinates(w[f, k] * h[k, t], angle);
                }
            }
            stems[k] = StftReference.Inverse(component, settings, samples);
        }
        return stems;
    }

    private static void Shares(double[,] w, double[,] h, int f, int t, double power, double[] shares)
    {
        double largest = 0, sum = 0;
        for (int k = 0; k < shares.Length; k++)
        {
            shares[k] = w[f, k] * h[k, t];
            largest = Math.Max(largest, shares[k]);
        }
        if (largest == 0)
        {
            Array.Fill(shares, 1.0 / shares.Length);
            return;
        }
        for (int k = 0; k < shares.Length; k++) sum += shares[k] = Math.Pow(shares[k] / largest, power);
        for (int k = 0; k < shares.Length; k++) shares[k] /= sum;
    }

    private static Complex[,] Times(Complex[,] spectrogram, double[,] mask)
    {
        var product = new Complex[mask.GetLength(0), mask.GetLength(1)];
        for (int f = 0; f < mask.GetLength(0); f++)
        {
            for (int t = 0; t < mask.GetLength(1); t++) product[f, t] = spectrogram[f, t] * mask[f, t];
        }
        return product;
    }
}
