using GpuNmf.Nmf;
using Xunit;

namespace GpuNmf.Tests.Nmf;

public sealed class PhiloxTests
{
    // Random123's kat_vectors, philox4x32 with 10 rounds.
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        { [~0u, ~0u, ~0u, ~0u], [~0u, ~0u], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd] },
        { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
    };

    [Theory, MemberData(nameof(KnownAnswers))]
    public void Words_are_those_of_Random123(uint[] counter, uint[] key, uint[] want)
    {
        var (a, b, c, d) = Philox.Words((counter[0], counter[1], counter[2], counter[3]), (ulong)key[1] << 32 | key[0]);

        Assert.Equal(want, new[] { a, b, c, d });
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        const int Count = 200_000;
        double mean = 0, square = 0, fourth = 0;
        for (uint i = 0; i < Count; i++)
        {
            double x = Philox.Normal(RandomStream.StartTemplates, (i, 0, 0), 7);
            mean += x / Count;
            square += x * x / Count;
            fourth += x * x * x * x / Count;
        }

        // Standard errors 1 / sqrt n, sqrt(2 / n) and sqrt(96 / n); five of them.
        Assert.InRange(mean, -0.0112, 0.0112);
        Assert.InRange(square, 1 - 0.0159, 1 + 0.0159);
        Assert.InRange(fourth, 3 - 0.11, 3 + 0.11);
    }
}
