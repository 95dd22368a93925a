using System.CommandLine;
using System.Globalization;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Divergences as they are called on the command line: by a word, or by their beta.</summary>
internal static class LossWords
{
    private static readonly Word<double>[] s_words = [new("kl", 1), new("frobenius", 2), new("is", 0)];

    /// <summary>beta of a word or number; its range is the options record's business.</summary>
    /// <exception cref="CliException">It is neither.</exception>
    public static double Read(Option option, string text)
    {
        foreach (Word<double> word in s_words)
            if (word.Text == text) return word.Value;
        return OptionText.TryNumber(text, out double beta)
            ? beta
            : throw OptionText.Wrong(option, text, "kl, frobenius, is, or a number in -1..4 (the beta of the divergence)");
    }

    /// <summary>The word of a beta, or <c>beta0.5</c>: a part of file names too.</summary>
    public static string NameOf(double beta) => WordOf(beta) ?? string.Create(CultureInfo.InvariantCulture, $"beta{beta:0.################}");

    /// <summary>The word of a beta; null where it has none.</summary>
    public static string? WordOf(double beta)
    {
        foreach (Word<double> word in s_words)
            if (word.Value == beta) return word.Text;
        return null;
    }
}
