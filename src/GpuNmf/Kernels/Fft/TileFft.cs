using ILGPU;

namespace GpuNmf.Kernels.Fft;

/// <summary>How many complex numbers a group keeps in shared memory.</summary>
internal interface IFftCapacity
{
    /// <summary>Complex numbers; a power of two.</summary>
    static abstract int Points { get; }
}

/// <summary>Transforms up to 2048 samples: 8 KiB.</summary>
internal readonly struct Capacity1024 : IFftCapacity
{
    public static int Points => 1024;
}

/// <summary>Transforms up to 8192 samples, and the parts of longer ones: 32 KiB.</summary>
internal readonly struct Capacity4096 : IFftCapacity
{
    public static int Points => 4096;
}

/// <summary>
/// Fourier transform of n complex numbers in shared memory by one group of any size: decimation in time, radix 2, in place. The numbers are
/// put at their bit-reversed places when they are loaded. Longer ones are cut in R parts of <see cref="PartPoints"/>: part r transforms
/// numbers r, r + R, ..., and <see cref="Combine"/> adds the parts.
/// </summary>
internal static class TileFft
{
    /// <summary>Largest transform, in complex numbers, that one group does.</summary>
    internal const int PartPoints = 4096;

    /// <summary>Where number <paramref name="index"/> of 2^<paramref name="log"/> goes.</summary>
    internal static int BitReversed(int index, int log)
    {
        uint v = (uint)index;
        v = ((v >> 1) & 0x55555555u) | ((v & 0x55555555u) << 1);
        v = ((v >> 2) & 0x33333333u) | ((v & 0x33333333u) << 2);
        v = ((v >> 4) & 0x0F0F0F0Fu) | ((v & 0x0F0F0F0Fu) << 4);
        v = ((v >> 8) & 0x00FF00FFu) | ((v & 0x00FF00FFu) << 8);
        v = (v >> 16) | (v << 16);
        return (int)(v >> (32 - log));
    }

    /// <summary>All stages; every thread of the group must call it. Ends with a barrier.</summary>
    /// <param name="re">Real parts, bit-reversed.</param>
    /// <param name="im">Imaginary parts.</param>
    /// <param name="points">n.</param>
    /// <param name="roots">exp(-2 pi i k / N).</param>
    /// <param name="order">N.</param>
    internal static void Run(ArrayView<float> re, ArrayView<float> im, int points, ArrayView<float> roots, int order)
    {
        Group.Barrier();
        for (int half = 1; half < points; half *= 2)
        {
            int step = order / (2 * half);
            for (int b = Group.IdxX; b < points / 2; b += Group.DimX)
            {
                int j = b & (half - 1), low = 2 * (b - j) + j, high = low + half;
                float c = roots[2 * j * step], s = roots[2 * j * step + 1];
                float tRe = re[high] * c - im[high] * s, tIm = re[high] * s + im[high] * c;
                float aRe = re[low], aIm = im[low];
                re[low] = aRe + tRe;
                im[low] = aIm + tIm;
                re[high] = aRe - tRe;
                im[high] = aIm - tIm;
            }
            Group.Barrier();
        }
    }

    /// <summary>Number k of a transform of parts * <see cref="PartPoints"/> numbers whose parts stand behind one another.</summary>
    /// <param name="re">Real parts [parts][4096].</param>
    /// <param name="im">Imaginary parts.</param>
    /// <param name="parts">R.</param>
    /// <param name="k">0..R 4096 - 1.</param>
    /// <param name="roots">exp(-2 pi i k / N).</param>
    /// <param name="order">N.</param>
    /// <param name="outRe">Real part.</param>
    /// <param name="outIm">Imaginary part.</param>
    internal static void Combine(ArrayView<float> re, ArrayView<float> im, int parts, int k, ArrayView<float> roots, int order, out float outRe, out float outIm)
    {
        int points = parts * PartPoints, inner = k & (PartPoints - 1), step = order / points;
        outRe = re[inner];
        outIm = im[inner];
        for (int r = 1; r < parts; r++)
        {
            int root = ((k * r) & (points - 1)) * step;
            float c = roots[2 * root], s = roots[2 * root + 1], a = re[r * PartPoints + inner], b = im[r * PartPoints + inner];
            outRe += a * c - b * s;
            outIm += a * s + b * c;
        }
    }

    /// <summary>log2 of a power of two.</summary>
    internal static int Log2(int value)
    {
        int log = 0;
        while (1 << log < value) log++;
        return log;
    }
}
