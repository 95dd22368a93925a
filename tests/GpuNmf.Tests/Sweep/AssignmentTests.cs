using GpuNmf.Reference;
using GpuNmf.Sweep;
using Xunit;

namespace GpuNmf.Tests.Sweep;

/// <summary>The assignment with the largest sum, beside all permutations.</summary>
public sealed class AssignmentTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(5, 4)]
    [InlineData(7, 5)]
    public void No_permutation_has_a_larger_sum(int n, int seed)
    {
        var random = new CounterRandom((ulong)seed, 0);
        for (int round = 0; round < 20; round++)
        {
            var gains = new double[n, n];
            // Few values, so that there are ties.
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) gains[i, j] = Math.Round(4 * random.Uniform((round * n + i) * n + j)) - 2;

            int[] columns = Assignment.Maximise(gains);

            Assert.Equal(Enumerable.Range(0, n), columns.Order());
            // Sums of up to seven small whole numbers are exact.
            Assert.Equal(Permutations(n).Max(permutation => Sum(gains, permutation)), Sum(gains, columns));
        }
    }

    /// <summary>The largest of each row would take one column twice: 0.9 + 0.1 is less than 0.8 + 0.7.</summary>
    [Fact]
    public void The_largest_gain_yields_to_the_largest_sum() =>
        Assert.Equal([1, 0], Assignment.Maximise(new double[,] { { 0.9, 0.8 }, { 0.7, 0.1 } }));

    [Fact]
    public void A_large_shuffle_is_undone()
    {
        const int n = 256;
        var gains = new double[n, n];
        // 97 has no factor in common with 256, so this is a permutation.
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) gains[i, j] = j == 97 * i % n ? 0.5 : 0.4 * ((i * 31 + j * 17) % 101) / 101;

        Assert.Equal(Enumerable.Range(0, n).Select(i => 97 * i % n), Assignment.Maximise(gains));
    }

    [Fact]
    public void Gains_that_are_not_square_are_refused() =>
        Assert.Contains("2 x 3; it must be square", Assert.Throws<ArgumentException>("gains", () => Assignment.Maximise(new double[2, 3])).Message, StringComparison.Ordinal);

    private static double Sum(double[,] gains, int[] columns) => columns.Select((column, row) => gains[row, column]).Sum();

    private static IEnumerable<int[]> Permutations(int n) => n == 0
        ? [[]]
        : Permutations(n - 1).SelectMany(rest => Enumerable.Range(0, n).Select(at => (int[])[.. rest[..at], n - 1, .. rest[at..]]));
}
