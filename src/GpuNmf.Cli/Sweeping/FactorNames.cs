using System.Globalization;
using GpuNmf.Cli.Commands;

namespace GpuNmf.Cli.Sweeping;

/// <summary>Names of the files of a sweep's factors, such as <c>templates-kl-k03.npy</c> and, of one start, <c>templates-kl-k03-seed7.npy</c>.</summary>
/// <param name="LargestRank">Ranks are padded to its digits, two at least.</param>
internal sealed record FactorNames(int LargestRank)
{
    public string Templates(double beta, int rank, ulong? seed = null) => Name("templates", beta, rank, seed);

    public string Activations(double beta, int rank, ulong? seed = null) => Name("activations", beta, rank, seed);

    private string Name(string factor, double beta, int rank, ulong? seed)
    {
        int digits = Math.Max(2, LargestRank.ToString(CultureInfo.InvariantCulture).Length);
        string start = seed is null ? "" : string.Create(CultureInfo.InvariantCulture, $"-seed{seed}");
        return $"{factor}-{LossWords.NameOf(beta)}-k{rank.ToString($"D{digits}", CultureInfo.InvariantCulture)}{start}.npy";
    }
}
