using System.Runtime.CompilerServices;

namespace GpuNmf.Kernels.Nmf;

/// <summary>
/// beta = 2, minimised one coordinate after another (HALS): Cichocki and Phan (2009), scikit-learn's <c>solver='cd'</c>. What is summed over X is that of
/// <see cref="Frobenius"/>.
/// </summary>
internal readonly struct FrobeniusDescent : IDivergence
{
    public static bool UsesGram => true;

    public static bool HasDenominator => false;

    public static bool UsesPowers => false;

    public static bool Descends => true;

    public static void Terms(float x, float v, float beta, out float numerator, out float denominator) => Frobenius.Terms(x, v, beta, out numerator, out denominator);

    public static float Loss(float x, float v, float beta) => Frobenius.Loss(x, v, beta);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Terms<TVector, TLanes>(TVector x, TVector v, float beta, out TVector numerator, out TVector denominator)
        where TVector : unmanaged where TLanes : ILanes<TVector> => Frobenius.Terms<TVector, TLanes>(x, v, beta, out numerator, out denominator);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Loss<TVector, TLanes>(TVector x, TVector v, float beta)
        where TVector : unmanaged where TLanes : ILanes<TVector> => Frobenius.Loss<TVector, TLanes>(x, v, beta);
}
