namespace GpuNmf.Cli.Errors;

/// <summary>Finds what was probably meant.</summary>
internal static class Spelling
{
    /// <summary>" (did you mean '--rank'?)", or nothing when no name is within two edits and half of what was typed.</summary>
    public static string Suggest(string typed, IEnumerable<string> names)
    {
        int allowed = Math.Min(2, typed.TrimStart('-').Length / 2);
        string? best = names.Where(n => Distance(typed, n) <= allowed).MinBy(n => Distance(typed, n));
        return best is null ? "" : $" (did you mean '{best}'?)";
    }

    /// <summary>Levenshtein's distance: insertions, deletions and substitutions of one character.</summary>
    internal static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
