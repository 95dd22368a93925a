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

    /// <summary>
    /// The last <see cref="RegisterTiles.PlaneQuads"/> quads from planes <paramref name="stride"/> apart, those before from consecutive quads of
    /// <paramref name="rows"/>.
    /// </summary>
    static abstract TTile LoadPlanes(ArrayView<FloatQuad> rows, int row, ArrayView<FloatQuad> planes, int index, int stride);

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

    /// <summary>
    /// One of the two tiles, by the lane's own choice, plus the same tile of the lane whose number differs by <paramref name="mask"/>,
    /// which chooses the other: adds two lanes and halves what they hold. Warps of 32 (CUDA).
    /// </summary>
    static abstract TTile AddAcross(TTile low, TTile high, bool keepsHigh, int mask);

    /// <summary>Adds up a tile over eight neighbouring lanes into consecutive floats from <paramref name="index"/> on. Warps of 32 (CUDA).</summary>
    static abstract void StoreSumOfEight(ArrayView<float> target, int index, int lane, TTile tile);

    /// <summary>factor + b max(factor - before, 0) of each element.</summary>
    static abstract TTile Extrapolate(TTile factor, TTile before, float b);

    /// <summary>The multiplicative step of each element.</summary>
    static abstract TTile Step(TTile factor, TTile numerator, TTile denominator, StepRule rule);
}

/// <summary>About structs of several tiles.</summary>
internal static class RegisterTiles
{
    /// <summary>
    /// An integer that such a struct must carry, and nobody reads. ILGPU 1.5.3 takes two structs of the same fields, flattened, for one type and
    /// then cuts parts out along the fields of whichever came first: three tiles of 8 and a pair of 12 in one context fail to compile.
    /// With an integer behind the floats no struct of tiles is taken for a tile.
    /// </summary>
    internal const int Mark = 0;

    /// <summary>Quads of a tile that <see cref="IRegisterTile{TTile}.LoadPlanes"/> takes from planes: two for each of 1152 bins are 36 KB.</summary>
    internal const int PlaneQuads = 2;
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

    public static Quad LoadPlanes(ArrayView<FloatQuad> rows, int row, ArrayView<FloatQuad> planes, int index, int stride) => Load(planes, index);

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

    public static Quad AddAcross(Quad low, Quad high, bool keepsHigh, int mask) => new()
    {
        A = AddAcross(low.A, high.A, keepsHigh, mask),
        B = AddAcross(low.B, high.B, keepsHigh, mask),
        C = AddAcross(low.C, high.C, keepsHigh, mask),
        D = AddAcross(low.D, high.D, keepsHigh, mask),
    };

    // Lane l of eight ends with element l % 4; the upper four repeat the lower.
    public static void StoreSumOfEight(ArrayView<float> target, int index, int lane, Quad tile)
    {
        bool upperPair = (lane & 2) != 0;
        float a = AddAcross(tile.A, tile.C, upperPair, 2), b = AddAcross(tile.B, tile.D, upperPair, 2);
        float sum = AddAcross(a, b, (lane & 1) != 0, 1);
        target[index + (lane & 3)] = sum + Warp.ShuffleXor(sum, 4);
    }

    private static float AddAcross(float low, float high, bool keepsHigh, int mask)
    {
        float own = keepsHigh ? high : low, given = keepsHigh ? low : high;
        return own + Warp.ShuffleXor(given, mask);
    }

    public static Quad Extrapolate(Quad factor, Quad before, float b) => new()
    {
        A = FactorUpdate.Extrapolate(factor.A, before.A, b),
        B = FactorUpdate.Extrapolate(factor.B, before.B, b),
        C = FactorUpdate.Extrapolate(factor.C, before.C, b),
        D = FactorUpdate.Extrapolate(factor.D, before.D, b),
    };

    public static Quad Step(Quad factor, Quad numerator, Quad denominator, StepRule rule) => new()
    {
        A = FactorUpdate.Step(factor.A, numerator.A, denominator.A, rule),
        B = FactorUpdate.Step(factor.B, numerator.B, denominator.B, rule),
        C = FactorUpdate.Step(factor.C, numerator.C, denominator.C, rule),
        D = FactorUpdate.Step(factor.D, numerator.D, denominator.D, rule),
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

    public static Pair<TLow, THigh> LoadPlanes(ArrayView<FloatQuad> rows, int row, ArrayView<FloatQuad> planes, int index, int stride)
    {
        bool lowInRows = THigh.Quads >= RegisterTiles.PlaneQuads;
        return new()
        {
            Low = lowInRows ? TLow.Load(rows, row) : TLow.LoadPlanes(rows, row, planes, index, stride),
            High = THigh.LoadPlanes(rows, row + TLow.Quads, planes, lowInRows ? index : index + TLow.Quads * stride, stride),
        };
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

    public static Pair<TLow, THigh> AddAcross(Pair<TLow, THigh> low, Pair<TLow, THigh> high, bool keepsHigh, int mask) => new()
    {
        Low = TLow.AddAcross(low.Low, high.Low, keepsHigh, mask),
        High = THigh.AddAcross(low.High, high.High, keepsHigh, mask),
    };

    public static void StoreSumOfEight(ArrayView<float> target, int index, int lane, Pair<TLow, THigh> tile)
    {
        TLow.StoreSumOfEight(target, index, lane, tile.Low);
        THigh.StoreSumOfEight(target, index + 4 * TLow.Quads, lane, tile.High);
    }

    public static Pair<TLow, THigh> Extrapolate(Pair<TLow, THigh> factor, Pair<TLow, THigh> before, float b) =>
        new() { Low = TLow.Extrapolate(factor.Low, before.Low, b), High = THigh.Extrapolate(factor.High, before.High, b) };

    public static Pair<TLow, THigh> Step(
        Pair<TLow, THigh> factor, Pair<TLow, THigh> numerator, Pair<TLow, THigh> denominator, StepRule rule) => new()
        {
            Low = TLow.Step(factor.Low, numerator.Low, denominator.Low, rule),
            High = THigh.Step(factor.High, numerator.High, denominator.High, rule),
        };
}
