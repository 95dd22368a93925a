using System.Runtime.Intrinsics;
using GpuNmf.Kernels;
using Xunit;

namespace GpuNmf.Tests.Kernels;

public sealed unsafe class LanesMathTests
{
    public static TheoryData<float> Exponents => [-5f, -2.5f, -1.5f, -1f, -0.5f, 0f, 0.3f, 0.5f, 1f, 1.7f, 3f, 16f];

    [Theory]
    [MemberData(nameof(Exponents))]
    public void A_power_is_within_a_few_units_in_the_last_place(float exponent)
    {
        Check<Vector512<float>, Lanes512>(exponent);
        Check<Vector256<float>, Lanes256>(exponent);
        Check<Vector128<float>, Lanes128>(exponent);
    }

    [Fact]
    public void A_power_beyond_single_precision_is_infinite_or_zero()
    {
        Check<Vector512<float>, Lanes512>();
        Check<Vector256<float>, Lanes256>();
        Check<Vector128<float>, Lanes128>();

        static void Check<TVector, TLanes>() where TVector : unmanaged where TLanes : ILanes<TVector>
        {
            Assert.Equal(float.PositiveInfinity, Power<TVector, TLanes>(1e30f, 2f));
            Assert.Equal(0f, Power<TVector, TLanes>(1e-30f, 2f));
            Assert.Equal(float.PositiveInfinity, Power<TVector, TLanes>(1e-30f, -16f));
            Assert.Equal(0f, Power<TVector, TLanes>(1e30f, -16f));
            Assert.Equal(1f, Power<TVector, TLanes>(1f, 16f));
        }
    }

    [Fact]
    public void Zero_and_denormals_count_as_the_least_normal_numbers()
    {
        Check<Vector512<float>, Lanes512>();
        Check<Vector256<float>, Lanes256>();
        Check<Vector128<float>, Lanes128>();

        static void Check<TVector, TLanes>() where TVector : unmanaged where TLanes : ILanes<TVector>
        {
            foreach (float value in (float[])[0f, 1e-45f, 1e-39f])
            {
                Assert.InRange(Power<TVector, TLanes>(value, 0.3f), 0.999f * MathF.Pow(2, -127 * 0.3f), 1.001f * MathF.Pow(2, -126 * 0.3f));
                Assert.InRange(Lane<TVector, TLanes>(LanesMath.Log<TVector, TLanes>(TLanes.Broadcast(value))), -127.001f * MathF.Log(2), -125.999f * MathF.Log(2));
                Assert.Equal(MathF.Sqrt(value), Power<TVector, TLanes>(value, 0.5f));
            }
            Assert.Equal(float.PositiveInfinity, Power<TVector, TLanes>(0f, -0.5f));
            Assert.Equal(float.PositiveInfinity, Power<TVector, TLanes>(0f, -1.5f));
        }
    }

    [Fact]
    public void Logarithm_and_exponential_are_within_five_roundings()
    {
        Check<Vector512<float>, Lanes512>();
        Check<Vector256<float>, Lanes256>();
        Check<Vector128<float>, Lanes128>();

        static void Check<TVector, TLanes>() where TVector : unmanaged where TLanes : ILanes<TVector>
        {
            var random = new Random(2);
            for (int i = 0; i < 20_000; i++)
            {
                float value = i % 2 == 0 ? (float)Math.Pow(2, 252 * random.NextDouble() - 126) : 1 + (random.NextSingle() - 0.5f) / 8;
                double log = Math.Log(value), gotLog = Lane<TVector, TLanes>(LanesMath.Log<TVector, TLanes>(TLanes.Broadcast(value)));
                Assert.True(Math.Abs(gotLog - log) <= 3e-7 * Math.Abs(log), $"log {value:G9} is {gotLog:G9} and should be {log:G9}.");
                float y = 174 * random.NextSingle() - 87;
                double exp = Math.Exp(y), gotExp = Lane<TVector, TLanes>(LanesMath.Exp<TVector, TLanes>(TLanes.Broadcast(y)));
                Assert.True(Math.Abs(gotExp - exp) <= 3e-7 * exp, $"exp {y:G9} is {gotExp:G9} and should be {exp:G9}.");
            }
            Assert.Equal(0f, Lane<TVector, TLanes>(LanesMath.Log<TVector, TLanes>(TLanes.Broadcast(1f))));
            Assert.Equal(float.PositiveInfinity, Lane<TVector, TLanes>(LanesMath.Exp<TVector, TLanes>(TLanes.Broadcast(100f))));
            Assert.Equal(0f, Lane<TVector, TLanes>(LanesMath.Exp<TVector, TLanes>(TLanes.Broadcast(-200f))));
        }
    }

    private static void Check<TVector, TLanes>(float exponent)
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        double allowed = (3 + 2 * Math.Abs(exponent)) * 6e-8;
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            // Magnitudes of all sizes, every other one beside 1, where a relative error of the logarithm would show.
            float value = i % 2 == 0 ? (float)Math.Pow(2, 250 * random.NextDouble() - 125) : 1 + (random.NextSingle() - 0.5f) / 8;
            double want = Math.Pow(value, exponent);
            if (want is < 1.2e-38 or > 3.4e38) continue;
            float got = Power<TVector, TLanes>(value, exponent);
            Assert.True(Math.Abs(got - want) <= allowed * want, $"{value:G9}^{exponent} is {got:G9} and should be {want:G9}: {Math.Abs(got - want) / want:E1} of it.");
        }
    }

    private static float Power<TVector, TLanes>(float value, float exponent) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        Lane<TVector, TLanes>(LanesMath.Power<TVector, TLanes>(TLanes.Broadcast(value), exponent));

    /// <summary>The value that all lanes have.</summary>
    private static float Lane<TVector, TLanes>(TVector vector) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        float first = *(float*)&vector;
        for (int i = 1; i < TLanes.Count; i++) Assert.Equal(first, ((float*)&vector)[i]);
        return first;
    }
}
