using ILGPU;

namespace GpuNmf.Kernels.Fft;

/// <summary>Two numbers.</summary>
internal struct Radix2 : IRadix<Radix2>
{
    public ComplexFloat A;
    public ComplexFloat B;

    public static int Log => 1;

    public static Radix2 Read<TSource>(TSource source, int first, int stride) where TSource : struct, IFftSource<TSource> =>
        new() { A = TSource.Read(source, first), B = TSource.Read(source, first + stride) };

    public static void Write<TTarget>(TTarget target, int first, int stride, Radix2 numbers) where TTarget : struct, IFftTarget<TTarget>
    {
        TTarget.Write(target, first, numbers.A);
        TTarget.Write(target, first + stride, numbers.B);
    }

    public static Radix2 Transform(Radix2 v) => new() { A = v.A + v.B, B = v.A - v.B };

    public static Radix2 Rotate(Radix2 v, ArrayView<ComplexFloat> roots, int pitch) => new() { A = v.A, B = v.B * roots[0] };

    public static Radix2 Next(Radix2 v) => new() { A = v.B, B = v.A };

    public static ComplexFloat Middle(Radix2 v) => v.B;

    public static void WritePairs<TPairs>(TPairs target, int first, int stride, Radix2 numbers, Radix2 mirrors) where TPairs : struct, IFftPairs<TPairs> =>
        TPairs.Write(TPairs.At(target, first, 0), 0, numbers.A, mirrors.B);
}

/// <summary>Four numbers.</summary>
internal struct Radix4 : IRadix<Radix4>
{
    public ComplexFloat A;
    public ComplexFloat B;
    public ComplexFloat C;
    public ComplexFloat D;

    public static int Log => 2;

    public static Radix4 Read<TSource>(TSource source, int first, int stride) where TSource : struct, IFftSource<TSource> => new()
    {
        A = TSource.Read(source, first),
        B = TSource.Read(source, first + stride),
        C = TSource.Read(source, first + 2 * stride),
        D = TSource.Read(source, first + 3 * stride),
    };

    public static void Write<TTarget>(TTarget target, int first, int stride, Radix4 numbers) where TTarget : struct, IFftTarget<TTarget>
    {
        TTarget.Write(target, first, numbers.A);
        TTarget.Write(target, first + stride, numbers.B);
        TTarget.Write(target, first + 2 * stride, numbers.C);
        TTarget.Write(target, first + 3 * stride, numbers.D);
    }

    public static Radix4 Transform(Radix4 v) => Of(v.A, v.B, v.C, v.D);

    public static Radix4 Rotate(Radix4 v, ArrayView<ComplexFloat> roots, int pitch) =>
        new() { A = v.A, B = v.B * roots[0], C = v.C * roots[pitch], D = v.D * roots[2 * pitch] };

    public static Radix4 Next(Radix4 v) => new() { A = v.B, B = v.C, C = v.D, D = v.A };

    public static ComplexFloat Middle(Radix4 v) => v.C;

    public static void WritePairs<TPairs>(TPairs target, int first, int stride, Radix4 numbers, Radix4 mirrors) where TPairs : struct, IFftPairs<TPairs>
    {
        var to = TPairs.At(target, first, stride);
        TPairs.Write(to, 0, numbers.A, mirrors.D);
        TPairs.Write(to, stride, numbers.B, mirrors.C);
    }

    /// <summary>All four, each with its opposite of the mirrors.</summary>
    internal static void WriteOpposites<TPairs>(TPairs to, int first, int stride, Radix4 numbers, Radix4 mirrors) where TPairs : struct, IFftPairs<TPairs>
    {
        TPairs.Write(to, first, numbers.A, mirrors.D);
        TPairs.Write(to, first + stride, numbers.B, mirrors.C);
        TPairs.Write(to, first + 2 * stride, numbers.C, mirrors.B);
        TPairs.Write(to, first + 3 * stride, numbers.D, mirrors.A);
    }

    /// <summary>Each number times a root of its own: those of rows first, first + 1, ...</summary>
    internal static Radix4 RotateAll(Radix4 v, ArrayView<ComplexFloat> roots, int first, int pitch) => new()
    {
        A = v.A * roots[first * pitch],
        B = v.B * roots[(first + 1) * pitch],
        C = v.C * roots[(first + 2) * pitch],
        D = v.D * roots[(first + 3) * pitch],
    };

    /// <summary>The transform of a, b, c, d.</summary>
    internal static Radix4 Of(ComplexFloat a, ComplexFloat b, ComplexFloat c, ComplexFloat d)
    {
        ComplexFloat even = a + c, evenDifference = a - c, odd = b + d, oddDifference = (b - d).TimesMinusI;
        return new() { A = even + odd, B = evenDifference + oddDifference, C = even - odd, D = evenDifference - oddDifference };
    }
}

/// <summary>Eight numbers: 0 to 3 and 4 to 7.</summary>
internal struct Radix8 : IRadix<Radix8>
{
    private const float HalfRoot = 0.70710678118654752f;

    public Radix4 Low;
    public Radix4 High;

    public static int Log => 3;

    public static Radix8 Read<TSource>(TSource source, int first, int stride) where TSource : struct, IFftSource<TSource> =>
        new() { Low = Radix4.Read(source, first, stride), High = Radix4.Read(source, first + 4 * stride, stride) };

    public static void Write<TTarget>(TTarget target, int first, int stride, Radix8 numbers) where TTarget : struct, IFftTarget<TTarget>
    {
        Radix4.Write(target, first, stride, numbers.Low);
        Radix4.Write(target, first + 4 * stride, stride, numbers.High);
    }

    public static Radix8 Transform(Radix8 v)
    {
        Radix4 even = Radix4.Of(v.Low.A, v.Low.C, v.High.A, v.High.C), odd = Radix4.Of(v.Low.B, v.Low.D, v.High.B, v.High.D);
        // Times exp(-2 pi i r / 8).
        var b = new ComplexFloat(HalfRoot * (odd.B.Re + odd.B.Im), HalfRoot * (odd.B.Im - odd.B.Re));
        var c = odd.C.TimesMinusI;
        var d = new ComplexFloat(HalfRoot * (odd.D.Im - odd.D.Re), -HalfRoot * (odd.D.Re + odd.D.Im));
        return new()
        {
            Low = new() { A = even.A + odd.A, B = even.B + b, C = even.C + c, D = even.D + d },
            High = new() { A = even.A - odd.A, B = even.B - b, C = even.C - c, D = even.D - d },
        };
    }

    public static Radix8 Rotate(Radix8 v, ArrayView<ComplexFloat> roots, int pitch) =>
        new() { Low = Radix4.Rotate(v.Low, roots, pitch), High = Radix4.RotateAll(v.High, roots, 3, pitch) };

    public static Radix8 Next(Radix8 v) => new()
    {
        Low = new() { A = v.Low.B, B = v.Low.C, C = v.Low.D, D = v.High.A },
        High = new() { A = v.High.B, B = v.High.C, C = v.High.D, D = v.Low.A },
    };

    public static ComplexFloat Middle(Radix8 v) => v.High.A;

    public static void WritePairs<TPairs>(TPairs target, int first, int stride, Radix8 numbers, Radix8 mirrors) where TPairs : struct, IFftPairs<TPairs> =>
        Radix4.WriteOpposites(TPairs.At(target, first, 3 * stride), 0, stride, numbers.Low, mirrors.High);
}

/// <summary>Sixteen numbers: 0 to 3, 4 to 7, 8 to 11 and 12 to 15.</summary>
internal struct Radix16 : IRadix<Radix16>
{
    private const float HalfRoot = 0.70710678118654752f;
    private const float Cosine = 0.92387953251128674f;
    private const float Sine = 0.38268343236508977f;

    public Radix4 P;
    public Radix4 Q;
    public Radix4 R;
    public Radix4 S;

    public static int Log => 4;

    public static Radix16 Read<TSource>(TSource source, int first, int stride) where TSource : struct, IFftSource<TSource> => new()
    {
        P = Radix4.Read(source, first, stride),
        Q = Radix4.Read(source, first + 4 * stride, stride),
        R = Radix4.Read(source, first + 8 * stride, stride),
        S = Radix4.Read(source, first + 12 * stride, stride),
    };

    public static void Write<TTarget>(TTarget target, int first, int stride, Radix16 numbers) where TTarget : struct, IFftTarget<TTarget>
    {
        Radix4.Write(target, first, stride, numbers.P);
        Radix4.Write(target, first + 4 * stride, stride, numbers.Q);
        Radix4.Write(target, first + 8 * stride, stride, numbers.R);
        Radix4.Write(target, first + 12 * stride, stride, numbers.S);
    }

    public static Radix16 Transform(Radix16 v)
    {
        Radix4 a = Radix4.Of(v.P.A, v.Q.A, v.R.A, v.S.A), b = Radix4.Of(v.P.B, v.Q.B, v.R.B, v.S.B);
        Radix4 c = Radix4.Of(v.P.C, v.Q.C, v.R.C, v.S.C), d = Radix4.Of(v.P.D, v.Q.D, v.R.D, v.S.D);
        // Times exp(-2 pi i column row / 16), then across.
        ComplexFloat w1 = new(Cosine, -Sine), w2 = new(HalfRoot, -HalfRoot), w3 = new(Sine, -Cosine), w6 = new(-HalfRoot, -HalfRoot), w9 = new(-Cosine, Sine);
        Radix4 row0 = Radix4.Of(a.A, b.A, c.A, d.A), row1 = Radix4.Of(a.B, b.B * w1, c.B * w2, d.B * w3);
        Radix4 row2 = Radix4.Of(a.C, b.C * w2, c.C.TimesMinusI, d.C * w6), row3 = Radix4.Of(a.D, b.D * w3, c.D * w6, d.D * w9);
        return new()
        {
            P = new() { A = row0.A, B = row1.A, C = row2.A, D = row3.A },
            Q = new() { A = row0.B, B = row1.B, C = row2.B, D = row3.B },
            R = new() { A = row0.C, B = row1.C, C = row2.C, D = row3.C },
            S = new() { A = row0.D, B = row1.D, C = row2.D, D = row3.D },
        };
    }

    public static Radix16 Rotate(Radix16 v, ArrayView<ComplexFloat> roots, int pitch) => new()
    {
        P = Radix4.Rotate(v.P, roots, pitch),
        Q = Radix4.RotateAll(v.Q, roots, 3, pitch),
        R = Radix4.RotateAll(v.R, roots, 7, pitch),
        S = Radix4.RotateAll(v.S, roots, 11, pitch),
    };

    public static Radix16 Next(Radix16 v) => new()
    {
        P = new() { A = v.P.B, B = v.P.C, C = v.P.D, D = v.Q.A },
        Q = new() { A = v.Q.B, B = v.Q.C, C = v.Q.D, D = v.R.A },
        R = new() { A = v.R.B, B = v.R.C, C = v.R.D, D = v.S.A },
        S = new() { A = v.S.B, B = v.S.C, C = v.S.D, D = v.P.A },
    };

    public static ComplexFloat Middle(Radix16 v) => v.R.A;

    public static void WritePairs<TPairs>(TPairs target, int first, int stride, Radix16 numbers, Radix16 mirrors) where TPairs : struct, IFftPairs<TPairs>
    {
        var to = TPairs.At(target, first, 7 * stride);
        Radix4.WriteOpposites(to, 0, stride, numbers.P, mirrors.S);
        Radix4.WriteOpposites(to, 4 * stride, stride, numbers.Q, mirrors.R);
    }
}
