using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Numbers of components as a user writes them: <c>2..16</c> or <c>2-16</c>, <c>2..16:2</c>, <c>2,3,5</c>, or several of these joined by commas.</summary>
internal static partial class NumberList
{
    private const string Rule = "whole numbers in 1..256, such as 2..16, 2..16:2 (every second) or 2,3,5";

    /// <returns>Each once, the smallest first.</returns>
    /// <exception cref="CliException">It is no such list, or a number is out of range.</exception>
    public static IReadOnlyList<int> Read(Option option, string text)
    {
        var ranks = new SortedSet<int>();
        foreach (string part in text.Split(','))
        {
            string[] range = part.Split(':'), ends = Dots().Split(range[0]);
            int step = range.Length > 1 ? Number(range[1]) : 1;
            if (range.Length > 2 || ends.Length > 2 || (range.Length > 1 && ends.Length == 1)) throw OptionText.Wrong(option, text, Rule);
            int first = Number(ends[0]), last = Number(ends[^1]);
            if (first > last) throw new CliException(ExitCodes.Usage, $"{option.Name} is '{text}', where {first} is above {last}; a range rises, such as {last}..{first}");
            for (int rank = first; rank <= last; rank += step) ranks.Add(rank);
        }
        return [.. ranks];

        int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value is >= 1 and <= 256
            ? value
            : throw OptionText.Wrong(option, text, Rule);
    }

    [GeneratedRegex(@"\.\.|-")]
    private static partial Regex Dots();
}
