using GpuNmf.Devices;

namespace GpuNmf.Kernels.Fft;

/// <summary>Twiddle factors and window of one framing on the device, computed in double and rounded once.</summary>
internal sealed class FftTables : IDisposable
{
    /// <param name="session">Device.</param>
    /// <param name="window">The window of a frame, N samples.</param>
    internal FftTables(DeviceSession session, ReadOnlySpan<float> window)
    {
        int length = window.Length;
        Twiddles = session.Allocate<float>(2 * length);
        try
        {
            Window = session.Allocate<float>(length);
            ComplexFloat[] passRoots = session.Form == KernelForm.Tile ? FftPlans.PassRoots(Math.Min(length / 2, FftPlans.MostPoints)) : [default];
            PassRoots = session.Allocate<ComplexFloat>(passRoots.Length);
            PassRoots.Upload(passRoots);
            Twiddles.Upload(Roots(length));
            Window.Upload(window);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Floats of all of them, at most.</summary>
    /// <param name="fftLength">N.</param>
    internal static long Length(int fftLength) => 5L * fftLength;

    /// <summary>exp(-2 pi i k / N), k below N: real and imaginary parts in turn.</summary>
    internal DeviceBuffer<float> Twiddles { get; }

    /// <summary>Roots of the passes of the transform of a group, <see cref="FftPlans.PassRoots"/>; tile form only.</summary>
    internal DeviceBuffer<ComplexFloat> PassRoots { get; } = null!;

    /// <summary>The window of a frame [N], centred and zero-padded.</summary>
    internal DeviceBuffer<float> Window { get; } = null!;

    public void Dispose()
    {
        Twiddles.Dispose();
        Window?.Dispose();
        PassRoots?.Dispose();
    }

    private static float[] Roots(int length)
    {
        var roots = new float[2 * length];
        for (int k = 0; k < length; k++)
        {
            var (sine, cosine) = Math.SinCos(-2 * Math.PI * k / length);
            roots[2 * k] = (float)cosine;
            roots[2 * k + 1] = (float)sine;
        }
        return roots;
    }
}
