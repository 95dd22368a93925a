using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Fft;

/// <summary>
/// Fourier transforms of as many frames as a vector has lanes, one frame a lane: every scalar of the textbook algorithm is a vector here,
/// and the result does not depend on the width. Decimation in time, radix 4 (and one radix 2), depth first, so that the inner transforms
/// stay in the first cache.
/// </summary>
internal static unsafe class StripFft
{
    /// <summary>Floats that one group needs: two complex arrays of N/2 vectors.</summary>
    internal static long ScratchLength(int fftLength, int lanes) => 2L * fftLength * lanes;

    /// <summary>out = DFT of n strided complex inputs. <paramref name="step"/> is N / n, the distance in the table of roots of order N.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward<TVector, TLanes>(TVector* inRe, TVector* inIm, int stride, TVector* outRe, TVector* outIm, int n, float* roots, int step)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        if (n == 2)
        {
            TVector a = inRe[0], b = inRe[stride], c = inIm[0], d = inIm[stride];
            outRe[0] = TLanes.Add(a, b);
            outRe[1] = TLanes.Subtract(a, b);
            outIm[0] = TLanes.Add(c, d);
            outIm[1] = TLanes.Subtract(c, d);
            return;
        }
        if (n == 4)
        {
            Butterfly<TVector, TLanes>(
                inRe[0], inIm[0], inRe[stride], inIm[stride], inRe[2 * stride], inIm[2 * stride], inRe[3 * stride], inIm[3 * stride], outRe, outIm, 1);
            return;
        }
        int quarter = n / 4;
        for (int j = 0; j < 4; j++)
            Forward<TVector, TLanes>(inRe + j * stride, inIm + j * stride, 4 * stride, outRe + j * quarter, outIm + j * quarter, quarter, roots, 4 * step);
        for (int k = 0; k < quarter; k++)
        {
            float* w1 = roots + 2 * k * step;
            float* w2 = roots + 4 * k * step;
            float* w3 = roots + 6 * k * step;
            TVector* re = outRe + k;
            TVector* im = outIm + k;
            Rotate<TVector, TLanes>(re[quarter], im[quarter], w1, out var bRe, out var bIm);
            Rotate<TVector, TLanes>(re[2 * quarter], im[2 * quarter], w2, out var cRe, out var cIm);
            Rotate<TVector, TLanes>(re[3 * quarter], im[3 * quarter], w3, out var dRe, out var dIm);
            Butterfly<TVector, TLanes>(re[0], im[0], bRe, bIm, cRe, cIm, dRe, dIm, re, im, quarter);
        }
    }

    /// <summary>(re, im) * root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Rotate<TVector, TLanes>(TVector re, TVector im, float* root, out TVector outRe, out TVector outIm)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector c = TLanes.Broadcast(root[0]), s = TLanes.Broadcast(root[1]);
        outRe = TLanes.Subtract(TLanes.Multiply(re, c), TLanes.Multiply(im, s));
        outIm = TLanes.Fma(re, s, TLanes.Multiply(im, c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly<TVector, TLanes>(
        TVector aRe, TVector aIm, TVector bRe, TVector bIm, TVector cRe, TVector cIm, TVector dRe, TVector dIm, TVector* outRe, TVector* outIm, int distance)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        TVector s0Re = TLanes.Add(aRe, cRe), s0Im = TLanes.Add(aIm, cIm), s1Re = TLanes.Subtract(aRe, cRe), s1Im = TLanes.Subtract(aIm, cIm);
        TVector t0Re = TLanes.Add(bRe, dRe), t0Im = TLanes.Add(bIm, dIm);
        // -i (b - d)
        TVector t1Re = TLanes.Subtract(bIm, dIm), t1Im = TLanes.Subtract(dRe, bRe);
        outRe[0] = TLanes.Add(s0Re, t0Re);
        outIm[0] = TLanes.Add(s0Im, t0Im);
        outRe[distance] = TLanes.Add(s1Re, t1Re);
        outIm[distance] = TLanes.Add(s1Im, t1Im);
        outRe[2 * distance] = TLanes.Subtract(s0Re, t0Re);
        outIm[2 * distance] = TLanes.Subtract(s0Im, t0Im);
        outRe[3 * distance] = TLanes.Subtract(s1Re, t1Re);
        outIm[3 * distance] = TLanes.Subtract(s1Im, t1Im);
    }
}
