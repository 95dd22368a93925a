using System.Runtime.InteropServices;

namespace GpuNmf.Kernels.Fft;

/// <summary>A complex number of two floats: views of it are read and written 64 bits at a time.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ComplexFloat(float re, float im)
{
    public float Re = re;
    public float Im = im;

    public readonly ComplexFloat Conjugate => new(Re, -Im);

    /// <summary>The number times -i.</summary>
    public readonly ComplexFloat TimesMinusI => new(Im, -Re);

    /// <summary>Real and imaginary parts swapped: before and after a forward transform, this makes it the inverse one.</summary>
    public readonly ComplexFloat Swapped => new(Im, Re);

    public static ComplexFloat operator +(ComplexFloat a, ComplexFloat b) => new(a.Re + b.Re, a.Im + b.Im);

    public static ComplexFloat operator -(ComplexFloat a, ComplexFloat b) => new(a.Re - b.Re, a.Im - b.Im);

    public static ComplexFloat operator *(ComplexFloat a, ComplexFloat b) => new(a.Re * b.Re - a.Im * b.Im, a.Re * b.Im + a.Im * b.Re);

    public static ComplexFloat operator *(float scale, ComplexFloat a) => new(scale * a.Re, scale * a.Im);
}
