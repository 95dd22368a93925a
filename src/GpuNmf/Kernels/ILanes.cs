using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuNmf.Kernels;

/// <summary>
/// What a strip kernel needs of a SIMD width. The strip bodies are written once over a vector type and its operations;
/// the compiler makes one machine code for each width.
/// </summary>
/// <typeparam name="TVector"><see cref="Vector128{T}"/>, <see cref="Vector256{T}"/> or <see cref="Vector512{T}"/> of float.</typeparam>
internal unsafe interface ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>True where the processors of this width have thirty-two registers for vectors; else they have sixteen.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* target);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Sqrt(TVector a);

    /// <summary>a = fraction * 2^exponent with the fraction between the square roots of 1/2 and 2; a is positive and normal.</summary>
    static abstract void Split(TVector a, out TVector exponent, out TVector fraction);

    /// <summary>a * 2^exponent, rounded once; the exponent is whole. Beyond single precision infinite, or zero.</summary>
    static abstract TVector Scale(TVector a, TVector exponent);

    /// <summary>The nearest whole number, of two the even one.</summary>
    static abstract TVector Round(TVector a);

    /// <summary>Each lane of <paramref name="value"/> where <paramref name="test"/> is above zero, else zero.</summary>
    static abstract TVector WherePositive(TVector test, TVector value);

    /// <summary>Each lane of <paramref name="value"/>, zero where it is below <paramref name="limit"/>; NaN stays.</summary>
    static abstract TVector ZeroBelow(TVector value, TVector limit);

    /// <summary>The sum of all lanes, in an order that the width fixes.</summary>
    static abstract float Sum(TVector a);

    /// <summary>Lane i is <see cref="Sum"/> of vector i * stride, in the same order, for as many vectors as there are lanes.</summary>
    static abstract TVector SumEach(TVector* vectors, int stride);

    /// <summary>The largest lane.</summary>
    static abstract float MaxLane(TVector a);
}

/// <summary>512 bits: 16 floats.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;
    public static bool HasManyRegisters => true;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Load(float* source) => Vector512.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector512<float> value, float* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Broadcast(float value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Vector512.FusedMultiplyAdd(a, b, c);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(Vector512<float> a, out Vector512<float> exponent, out Vector512<float> fraction)
    {
        var bits = a.AsInt32();
        var whole = Vector512.ShiftRightArithmetic(bits - Vector512.Create(PowerBits.RootOfHalf), PowerBits.Shift);
        exponent = Vector512.ConvertToSingle(whole);
        fraction = (bits - Vector512.ShiftLeft(whole, PowerBits.Shift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Scale(Vector512<float> a, Vector512<float> exponent)
    {
        if (Avx512F.IsSupported) return Avx512F.Scale(a, exponent);
        return Vector512.Create(Lanes256.Scale(a.GetLower(), exponent.GetLower()), Lanes256.Scale(a.GetUpper(), exponent.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<float> Round(Vector512<float> a) => Vector512.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WherePositive(Vector512<float> test, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(test, Vector512<float>.Zero), value, Vector512<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ZeroBelow(Vector512<float> value, Vector512<float> limit) =>
        Vector512.ConditionalSelect(Vector512.LessThan(value, limit), Vector512<float>.Zero, value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Sum(Vector512<float> a) => Lanes256.Sum(a.GetLower() + a.GetUpper());

    public static Vector512<float> SumEach(Vector512<float>* vectors, int stride)
    {
        if (Avx512F.IsSupported)
        {
            Vector512<float>* second = vectors + stride, third = second + stride, fourth = third + stride;
            return Transposing.SumOfQuarters(Transposing.Quarters(vectors, stride), Transposing.Quarters(second, stride), Transposing.Quarters(third, stride), Transposing.Quarters(fourth, stride));
        }
        var halves = stackalloc Vector256<float>[16];
        for (int i = 0; i < 16; i++) halves[i] = vectors[i * stride].GetLower() + vectors[i * stride].GetUpper();
        return Vector512.Create(Lanes256.SumEach(halves, 1), Lanes256.SumEach(halves + 8, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float MaxLane(Vector512<float> a) => Lanes256.MaxLane(Vector256.Max(a.GetLower(), a.GetUpper()));
}

/// <summary>256 bits: 8 floats.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;
    public static bool HasManyRegisters => false;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Load(float* source) => Vector256.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector256<float> value, float* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Broadcast(float value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(Vector256<float> a, out Vector256<float> exponent, out Vector256<float> fraction)
    {
        var bits = a.AsInt32();
        var whole = Vector256.ShiftRightArithmetic(bits - Vector256.Create(PowerBits.RootOfHalf), PowerBits.Shift);
        exponent = Vector256.ConvertToSingle(whole);
        fraction = (bits - Vector256.ShiftLeft(whole, PowerBits.Shift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Scale(Vector256<float> a, Vector256<float> exponent)
    {
        // In two steps: half of a large exponent is one that a float has.
        var whole = Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(exponent, Vector256.Create(-2f * PowerBits.Bias)), Vector256.Create(2f * PowerBits.Bias)));
        var half = Vector256.ShiftRightArithmetic(whole, 1);
        return a * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    private static Vector256<float> PowerOfTwo(Vector256<int> exponent) => Vector256.ShiftLeft(exponent + Vector256.Create(PowerBits.Bias), PowerBits.Shift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<float> Round(Vector256<float> a) => Vector256.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WherePositive(Vector256<float> test, Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(test, Vector256<float>.Zero), value, Vector256<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ZeroBelow(Vector256<float> value, Vector256<float> limit) =>
        Vector256.ConditionalSelect(Vector256.LessThan(value, limit), Vector256<float>.Zero, value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Sum(Vector256<float> a) => Lanes128.Sum(a.GetLower() + a.GetUpper());

    public static Vector256<float> SumEach(Vector256<float>* vectors, int stride)
    {
        if (Avx.IsSupported)
        {
            Vector256<float>* second = vectors + stride, third = second + stride, fourth = third + stride;
            return Transposing.SumOfQuarters(Transposing.Quarters(vectors, stride), Transposing.Quarters(second, stride), Transposing.Quarters(third, stride), Transposing.Quarters(fourth, stride));
        }
        var halves = stackalloc Vector128<float>[8];
        for (int i = 0; i < 8; i++) halves[i] = vectors[i * stride].GetLower() + vectors[i * stride].GetUpper();
        return Vector256.Create(Lanes128.SumEach(halves, 1), Lanes128.SumEach(halves + 4, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float MaxLane(Vector256<float> a) => Lanes128.MaxLane(Vector128.Max(a.GetLower(), a.GetUpper()));
}

/// <summary>128 bits: 4 floats.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;
    public static bool HasManyRegisters => false;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Load(float* source) => Vector128.Load(source);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(Vector128<float> value, float* target) => value.Store(target);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Broadcast(float value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Fma(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.FusedMultiplyAdd(a, b, c);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(Vector128<float> a, out Vector128<float> exponent, out Vector128<float> fraction)
    {
        var bits = a.AsInt32();
        var whole = Vector128.ShiftRightArithmetic(bits - Vector128.Create(PowerBits.RootOfHalf), PowerBits.Shift);
        exponent = Vector128.ConvertToSingle(whole);
        fraction = (bits - Vector128.ShiftLeft(whole, PowerBits.Shift)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Scale(Vector128<float> a, Vector128<float> exponent)
    {
        // In two steps: half of a large exponent is one that a float has.
        var whole = Vector128.ConvertToInt32(Vector128.Min(Vector128.Max(exponent, Vector128.Create(-2f * PowerBits.Bias)), Vector128.Create(2f * PowerBits.Bias)));
        var half = Vector128.ShiftRightArithmetic(whole, 1);
        return a * PowerOfTwo(half) * PowerOfTwo(whole - half);
    }

    private static Vector128<float> PowerOfTwo(Vector128<int> exponent) => Vector128.ShiftLeft(exponent + Vector128.Create(PowerBits.Bias), PowerBits.Shift).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<float> Round(Vector128<float> a) => Vector128.Round(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WherePositive(Vector128<float> test, Vector128<float> value) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(test, Vector128<float>.Zero), value, Vector128<float>.Zero);
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ZeroBelow(Vector128<float> value, Vector128<float> limit) =>
        Vector128.ConditionalSelect(Vector128.LessThan(value, limit), Vector128<float>.Zero, value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static float Sum(Vector128<float> a) => a.GetElement(0) + a.GetElement(2) + (a.GetElement(1) + a.GetElement(3));

    public static Vector128<float> SumEach(Vector128<float>* vectors, int stride)
    {
        Vector128<float> a = vectors[0], b = vectors[stride], c = vectors[2 * stride], d = vectors[3 * stride];
        // (a0 + a2, a1 + a3, b0 + b2, b1 + b3), then its even lanes and its odd ones.
        var ab = Vector128.Create(a.GetLower(), b.GetLower()) + Vector128.Create(a.GetUpper(), b.GetUpper());
        var cd = Vector128.Create(c.GetLower(), d.GetLower()) + Vector128.Create(c.GetUpper(), d.GetUpper());
        ab = Vector128.Shuffle(ab, Vector128.Create(0, 2, 1, 3));
        cd = Vector128.Shuffle(cd, Vector128.Create(0, 2, 1, 3));
        return Vector128.Create(ab.GetLower(), cd.GetLower()) + Vector128.Create(ab.GetUpper(), cd.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Vector128<float> a) => Math.Max(Math.Max(a.GetElement(0), a.GetElement(1)), Math.Max(a.GetElement(2), a.GetElement(3)));
}

/// <summary>How a float holds its exponent.</summary>
internal static class PowerBits
{
    internal const int Bias = 127, Shift = 23;

    /// <summary>Bits of the square root of 1/2, rounded.</summary>
    internal const int RootOfHalf = 0x3f3504f3;
}

/// <summary>
/// Sums of many vectors at once, a few shuffles instead of a chain for each. The additions are those of <see cref="ILanes{TVector}.Sum"/>:
/// halves to halves, then lanes 0 and 2, 1 and 3, then the two.
/// </summary>
internal static unsafe class Transposing
{
    /// <summary>Four lanes each of vectors 0, 4, 8 and 12: their halves added until 128 bits are left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Quarters(Vector512<float>* vectors, int stride)
    {
        Vector512<float> low = HalvesAdded(vectors[0], vectors[4 * stride]), high = HalvesAdded(vectors[8 * stride], vectors[12 * stride]);
        return Avx512F.Shuffle4x128(low, high, 0b10_00_10_00) + Avx512F.Shuffle4x128(low, high, 0b11_01_11_01);
    }

    /// <summary>Four lanes each of vectors 0 and 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Quarters(Vector256<float>* vectors, int stride)
    {
        Vector256<float> a = vectors[0], b = vectors[4 * stride];
        return Avx.Permute2x128(a, b, 0x20) + Avx.Permute2x128(a, b, 0x31);
    }

    /// <summary>In each 128 bits the sums of four lanes of a, b, c, d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> SumOfQuarters(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        var ab = Avx512F.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle() + Avx512F.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        var cd = Avx512F.UnpackLow(c.AsDouble(), d.AsDouble()).AsSingle() + Avx512F.UnpackHigh(c.AsDouble(), d.AsDouble()).AsSingle();
        return Avx512F.Shuffle(ab, cd, 0b10_00_10_00) + Avx512F.Shuffle(ab, cd, 0b11_01_11_01);
    }

    /// <inheritdoc cref="SumOfQuarters(Vector512{float}, Vector512{float}, Vector512{float}, Vector512{float})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> SumOfQuarters(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        var ab = Avx.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle() + Avx.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        var cd = Avx.UnpackLow(c.AsDouble(), d.AsDouble()).AsSingle() + Avx.UnpackHigh(c.AsDouble(), d.AsDouble()).AsSingle();
        return Avx.Shuffle(ab, cd, 0b10_00_10_00) + Avx.Shuffle(ab, cd, 0b11_01_11_01);
    }

    /// <summary>(a's lower half + its upper one, b's).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> HalvesAdded(Vector512<float> a, Vector512<float> b) =>
        Avx512F.Shuffle4x128(a, b, 0b01_00_01_00) + Avx512F.Shuffle4x128(a, b, 0b11_10_11_10);
}
