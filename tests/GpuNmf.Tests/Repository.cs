namespace GpuNmf.Tests;

/// <summary>The files of the repository that the tests run from.</summary>
internal static class Repository
{
    /// <summary>The absolute path of a file.</summary>
    /// <param name="relative">From the root, with forward slashes.</param>
    internal static string File(string relative)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "GpuNmf.sln")))
                return Path.Combine(at.FullName, relative);
        throw new InvalidOperationException("The tests do not run from within the repository.");
    }

    /// <summary>The fenced blocks of one language in a page, without their fences.</summary>
    internal static IReadOnlyList<string> FencedBlocks(string page, string language)
    {
        var blocks = new List<string>();
        foreach (string part in page.ReplaceLineEndings("\n").Split($"```{language}\n").Skip(1))
            blocks.Add(part[..part.IndexOf("\n```", StringComparison.Ordinal)]);
        return blocks;
    }

    /// <summary>The cells of the table between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>, without its two heading lines.</summary>
    internal static IReadOnlyList<string[]> Table(string page, string name)
    {
        string text = page.ReplaceLineEndings("\n");
        int from = text.IndexOf($"<!-- {name} -->", StringComparison.Ordinal), to = text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        if (from < 0 || to < from) throw new InvalidOperationException($"The page has no table '{name}'.");
        return [.. text[from..to].Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
    }
}
