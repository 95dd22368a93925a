using System.Runtime.Intrinsics;
using GpuNmf.Kernels;
using Xunit;

namespace GpuNmf.Tests.Kernels;

public sealed unsafe class LanesTests
{
    [Fact]
    public void Sums_of_many_vectors_have_the_bits_of_single_ones()
    {
        Check<Vector512<float>, Lanes512>();
        Check<Vector256<float>, Lanes256>();
        Check<Vector128<float>, Lanes128>();
    }

    private static void Check<TVector, TLanes>()
        where TVector : unmanaged
        where TLanes : ILanes<TVector>
    {
        const int stride = 3;
        var random = new Random(1);
        var vectors = stackalloc TVector[16 * stride];
        for (int i = 0; i < 16 * stride * TLanes.Count; i++) ((float*)vectors)[i] = random.NextSingle();
        var sums = TLanes.SumEach(vectors, stride);
        for (int i = 0; i < TLanes.Count; i++) Assert.Equal(TLanes.Sum(vectors[i * stride]), ((float*)&sums)[i]);
    }
}
