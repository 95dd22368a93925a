namespace GpuNmf.Cli.Output;

/// <summary>Paths with their links resolved, so that two names of one file are seen to be one.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;      // as Linux: beyond it links are taken to go round in a circle

    /// <summary>The absolute path with every link on the way followed, links in the targets of links too; parts that do not exist, and
    /// links that go round in a circle, stay as they are.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), resolved = Path.GetPathRoot(full)!;
        var rest = new Stack<string>();
        Push(rest, full[resolved.Length..]);
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }
            string next = Path.Combine(resolved, part);
            string? target = links < MaxLinks ? Target(next) : null;
            if (target is null)
            {
                resolved = next;
                continue;
            }
            links++;
            string root = Path.GetPathRoot(target)!;
            if (root.Length > 0) resolved = Path.GetFullPath(root);
            Push(rest, target[root.Length..]);
        }
        return resolved;
    }

    private static void Push(Stack<string> rest, string path)
    {
        char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
        foreach (string part in path.Split(separators, StringSplitOptions.RemoveEmptyEntries).Reverse()) rest.Push(part);
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;      // what cannot be looked at stays as it is
        }
    }
}
