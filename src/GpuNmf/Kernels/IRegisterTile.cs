using GpuNmf.Kernels.Nmf;
using ILGPU;

namespace GpuNmf.Kernels;

/// <summary>
/// A row of floats that stays in registers: a struct of named fields (a local array would live in memory), made wider by nesting.
/// Operations are static, so that one kernel text serves every width without a loop.
/// </summary>
internal interface IRegisterTile<TTile> where TTile : struct, IRegisterTile<TTile>
{
    /// <summary>Width in quads of floats.</summary>
    static abstract int Quads { get; }

    /// <summary>Consecutive quads from <paramref name="index"/> on.</summary>
    static abstract TTile Load(ArrayView<FloatQuad> source, int index);

    /// <summary>Consecutive quads from <paramref name="index"/> on.</summary>
    static abstract void Store(ArrayView<FloatQuad> target, int index, TTile tile);

    /// <summary>Floats <paramref name="stride"/> apart.</summary>
    static abstract TTile Gather(ArrayView<float> source, int index, int stride);

    /// <summary>Floats <paramref name="stride"/> apart.</summary>
    static abstract void Scatter(ArrayView<float> target, int index, int stride, TTile tile);

    /// <summary>The same value everywhere.</summary>
    static abstract TTile Broadcast(float value);

    /// <summary>sum + a . b, elements upwards.</summary>
    static abstract float Dot(TTile a, TTile b, float sum);

    /// <summary>sum + a * scale.</summary>
    static abstract TTile Fma(TTile sum, TTile a, float scale);

    /// <summary>factor + b max(factor - before, 0) of each element.</summary>
    static abstract TTile Extrapolate(TTile factor, TTile before, float b);

    /// <summary>The multiplicative step of each element.</summary>
    static abstract TTile Step(TTile factor, TTile numerator, TTile denominator, float exponent, float floor);
}

/// <summary>Four floats.</summary>
internal struct Quad : IRegisterTile<Quad>
{
    public float A;
    public float B;
    public float C;
    public float D;

    public static int Quads => 1;

    public static Quad Load(ArrayView<FloatQuad> source, int index)
    {
        FloatQuad q = source[index];
        return new Quad { A = q.A, B = q.B, C = q.C, D = q.D };
    }

    public static void Store(ArrayView<FloatQuad> target, int index, Quad tile) =>
        target[index] = new FloatQuad { A = tile.A, B = tile.B, C = tile.C, D = tile.D };

    public static Quad Gather(ArrayView<float> source, int index, int stride)
    {
        var s = source.SubView(index);
        return new Quad { A = s[0], B = s[stride], C = s[2 * stride], D = s[3 * stride] };
    }

    public static void Scatter(ArrayView<float> target, int index, int stride, Quad tile)
    {
        var t = target.SubView(index);
        t[0] = tile.A;
        t[stride] = tile.B;
        t[2 * stride] = tile.C;
        t[3 * stride] = tile.D;
    }

    public static Quad Broadcast(float value) => new() { A = value, B = value, C = value, D = value };

    public static float Dot(Quad a, Quad b, float sum)
    {
        sum += a.A * b.A;
        sum += a.B * b.B;
        sum += a.C * b.C;
        return sum + a.D * b.D;
    }

    public static Quad Fma(Quad sum, Quad a, float scale) =>
        new() { A = sum.A + a.A * scale, B = sum.B + a.B * scale, C = sum.C + a.C * scale, D = sum.D + a.D * scale };

    public static Quad Extrapolate(Quad factor, Quad before, float b) => new()
    {
        A = FactorUpdate.Extrapolate(factor.A, before.A, b),
        B = FactorUpdate.Extrapolate(factor.B, before.B, b),
        C = FactorUpdate.Extrapolate(factor.C, before.C, b),
        D = FactorUpdate.Extrapolate(factor.D, before.D, b),
    };

    public static Quad Step(Quad factor, Quad numerator, Quad denominator, float exponent, float floor) => new()
    {
        A = FactorUpdate.Step(factor.A, numerator.A, denominator.A, exponent, floor),
        B = FactorUpdate.Step(factor.B, numerator.B, denominator.B, exponent, floor),
        C = FactorUpdate.Step(factor.C, numerator.C, denominator.C, exponent, floor),
        D = FactorUpdate.Step(factor.D, numerator.D, denominator.D, exponent, floor),
    };
}

/// <summary>Two tiles side by side.</summary>
internal struct Pair<TLow, THigh> : IRegisterTile<Pair<TLow, THigh>>
    where TLow : struct, IRegisterTile<TLow>
    where THigh : struct, IRegisterTile<THigh>
{
    public TLow Low;
    public THigh High;

    public static int Quads => TLow.Quads + THigh.Quads;

    public static Pair<TLow, THigh> Load(ArrayView<FloatQuad> source, int index) =>
        new() { Low = TLow.Load(source, index), High = THigh.Load(source, index + TLow.Quads) };

    public static void Store(ArrayView<FloatQuad> target, int index, Pair<TLow, THigh> tile)
    {
        TLow.Store(target, index, tile.Low);
        THigh.Store(target, index + TLow.Quads, tile.High);
    }

    public static Pair<TLow, THigh> Gather(ArrayView<float> source, int index, int stride) =>
        new() { Low = TLow.Gather(source, index, stride), High = THigh.Gather(source, index + 4 * TLow.Quads * stride, stride) };

    public static void Scatter(ArrayView<float> target, int index, int stride, Pair<TLow, THigh> tile)
    {
        TLow.Scatter(target, index, stride, tile.Low);
        THigh.Scatter(target, index + 4 * TLow.Quads * stride, stride, tile.High);
    }

    public static Pair<TLow, THigh> Broadcast(float value) => new() { Low = TLow.Broadcast(value), High = THigh.Broadcast(value) };

    public static float Dot(Pair<TLow, THigh> a, Pair<TLow, THigh> b, float sum) => THigh.Dot(a.High, b.High, TLow.Dot(a.Low, b.Low, sum));

    public static Pair<TLow, THigh> Fma(Pair<TLow, THigh> sum, Pair<TLow, THigh> a, float scale) =>
        new() { Low = TLow.Fma(sum.Low, a.Low, scale), High = THigh.Fma(sum.High, a.High, scale) };

    public static Pair<TLow, THigh> Extrapolate(Pair<TLow, THigh> factor, Pair<TLow, THigh> before, float b) =>
        new() { Low = TLow.Extrapolate(factor.Low, before.Low, b), High = THigh.Extrapolate(factor.High, before.High, b) };

    public static Pair<TLow, THigh> Step(
        Pair<TLow, THigh> factor, Pair<TLow, THigh> numerator, Pair<TLow, THigh> denominator, float exponent, float floor) => new()
        {
            Low = TLow.Step(factor.Low, numerator.Low, denominator.Low, exponent, floor),
            High = THigh.Step(factor.High, numerator.High, denominator.High, exponent, floor),
        };
}
