namespace GpuNmf.Cli.Output;

/// <summary>Paths with their links resolved, so that two names of one file are seen to be one.</summary>
internal static class RealPath
{
    /// <summary>The absolute path with every link on the way followed; parts that do not exist stay as they are.</summary>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path), root = Path.GetPathRoot(full)!;
        string resolved = root;
        foreach (string part in full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(resolved, part);
            resolved = Target(next) ?? next;
        }
        return resolved;
    }

    private static string? Target(string path)
    {
        try
        {
            return new FileInfo(path) is { LinkTarget: not null } link ? Path.GetFullPath(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName) : null;
        }
        catch (IOException)
        {
            return null;      // a circle of links: nothing is there
        }
    }
}
