using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>Loops in a listing of <c>cuobjdump -sass</c>: what lies between a branch backwards and its target.</summary>
internal static partial class MachineLoops
{
    /// <summary>Number of loads and stores of local memory (spills, arrays) inside loops.</summary>
    internal static int LocalAccesses(string listing) => Functions(listing).Sum(code =>
    {
        var loops = LoopsOf(code);
        return code.Count(i => Local().IsMatch(i.Text) && loops.Exists(loop => loop.First <= i.Address && i.Address <= loop.Last));
    });

    /// <summary>The opcodes, modifiers included, of every loop that holds no other.</summary>
    internal static IReadOnlyList<string[]> Innermost(string listing) =>
    [
        .. from code in Functions(listing)
           let loops = LoopsOf(code)
           from loop in loops
           where !loops.Exists(other => other != loop && loop.First <= other.First && other.Last <= loop.Last)
           select code.Where(i => loop.First <= i.Address && i.Address <= loop.Last).Select(i => Opcode().Match(i.Text).Groups[1].Value).ToArray(),
    ];

    /// <summary>Instructions of the longest loop.</summary>
    internal static int Longest(string listing) =>
        Functions(listing).SelectMany(code => LoopsOf(code).Select(loop => code.Count(i => loop.First <= i.Address && i.Address <= loop.Last))).Max();

    private static IEnumerable<List<(long Address, string Text)>> Functions(string listing)
    {
        var function = new List<(long Address, string Text)>();
        foreach (string line in listing.Split('\n').Append("Function : end"))
        {
            if (line.Contains("Function :", StringComparison.Ordinal))
            {
                if (function.Count > 0) yield return function;
                function = [];
            }
            else if (Instruction().Match(line) is { Success: true } match)
            {
                function.Add((Hex(match.Groups[1].Value), match.Groups[2].Value));
            }
        }
    }

    private static List<(long First, long Last)> LoopsOf(List<(long Address, string Text)> code)
    {
        var loops = new List<(long First, long Last)>();
        foreach (var (address, text) in code)
        {
            // A branch to itself closes every function; it is no loop.
            if (Branch().Match(text) is { Success: true } match && Hex(match.Groups[1].Value) is long target && target < address)
                loops.Add((target, address));
        }
        return loops;
    }

    private static long Hex(string digits) => long.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\s+/\*([0-9a-f]{4,})\*/\s+(\S.*?);")]
    private static partial Regex Instruction();

    // Behind the predicate, where there is one.
    [GeneratedRegex(@"^(?:@\S+\s+)?(\S+)")]
    private static partial Regex Opcode();

    [GeneratedRegex(@"\bBRA\b.*0x([0-9a-f]+)")]
    private static partial Regex Branch();

    [GeneratedRegex(@"\b(LDL|STL)\b")]
    private static partial Regex Local();
}
