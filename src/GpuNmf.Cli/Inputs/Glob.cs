using System.IO.Enumeration;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Inputs;

/// <summary>Files by a pattern that the shell has left as it is: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders.</summary>
/// <remarks>
/// As in a shell, wildcards match no name that begins with a dot, unless the pattern has it. <c>**</c> does not follow links to folders, so links that go round in a
/// circle are walked once. Folders that the program wrote hold parts and are passed over. A last name without an extension of its own, such as <c>*</c>, matches recordings only.
/// </remarks>
internal static class Glob
{
    private const string AnyFolders = "**";

    private static readonly char[] s_separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>True where a text has a wildcard.</summary>
    public static bool IsPattern(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>The files that match, sorted; named as the pattern begins.</summary>
    /// <exception cref="UnauthorizedAccessException">A folder may not be looked into.</exception>
    /// <exception cref="IOException">Or cannot be.</exception>
    public static IReadOnlyList<string> Match(string pattern)
    {
        string root = Path.GetPathRoot(pattern)!;
        string[] parts = pattern[root.Length..].Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        // Everything below is what the last part alone asks for.
        if (parts[^1] == AnyFolders) parts = [.. parts, "*"];
        var files = new SortedSet<string>(StringComparer.Ordinal);
        Walk(root, parts, files);
        return [.. files];
    }

    /// <summary>The recordings in a folder itself, sorted.</summary>
    /// <inheritdoc cref="Match" path="/exception"/>
    public static IReadOnlyList<string> RecordingsIn(string folder)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        AddFiles(folder, "*", files);
        return [.. files];
    }

    private static void Walk(string folder, ReadOnlySpan<string> parts, SortedSet<string> files)
    {
        string part = parts[0];
        if (parts.Length == 1) AddFiles(folder, part, files);
        else if (part == AnyFolders) WalkBelow(folder, parts[1..], files);
        else if (!IsPattern(part)) WalkInto(Path.Combine(folder, part), parts[1..], files);
        else
            foreach (string name in NamesIn(folder, Directory.EnumerateDirectories, part)) Walk(Path.Combine(folder, name), parts[1..], files);
    }

    private static void WalkInto(string folder, ReadOnlySpan<string> parts, SortedSet<string> files)
    {
        if (Directory.Exists(folder)) Walk(folder, parts, files);
    }

    private static void WalkBelow(string folder, ReadOnlySpan<string> parts, SortedSet<string> files)
    {
        Walk(folder, parts, files);
        foreach (string name in NamesIn(folder, Directory.EnumerateDirectories, "*"))
        {
            string below = Path.Combine(folder, name);
            if (new DirectoryInfo(below).LinkTarget is null && !OwnFolder.IsOwn(below)) WalkBelow(below, parts, files);
        }
    }

    private static void AddFiles(string folder, string part, SortedSet<string> files)
    {
        if (OwnFolder.IsOwn(folder.Length == 0 ? "." : folder)) return;
        if (!IsPattern(part))
        {
            if (File.Exists(Path.Combine(folder, part))) files.Add(Path.Combine(folder, part));
            return;
        }
        string extension = Path.GetExtension(part);
        bool takesAny = extension.Length > 1 && !IsPattern(extension);
        foreach (string name in NamesIn(folder, Directory.EnumerateFiles, part))
            if (takesAny || AudioNames.IsAudio(name)) files.Add(Path.Combine(folder, name));
    }

    private static IEnumerable<string> NamesIn(string folder, Func<string, IEnumerable<string>> entries, string part) =>
        from entry in entries(folder.Length == 0 ? "." : folder)
        let name = Path.GetFileName(entry)
        where FileSystemName.MatchesSimpleExpression(part, name, ignoreCase: OperatingSystem.IsWindows()) && (name[0] != '.' || part[0] == '.')
        select name;
}
