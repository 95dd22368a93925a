namespace GpuNmf.Cli.Output;

/// <summary>The folders above several outputs: made before the first of them needs one, and removed after the last where they have stayed empty.</summary>
internal sealed class ParentFolders : IDisposable
{
    /// <summary>Those that were not there, the deepest first.</summary>
    private readonly List<string> _made = [];

    /// <summary>Makes the folders above some outputs; what cannot be made is the output's failure, which has the words for it.</summary>
    public ParentFolders(IEnumerable<string> outputs)
    {
        foreach (string parent in outputs.Select(output => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)))).OfType<string>().Distinct())
        {
            var missing = new List<string>();
            for (string? folder = parent; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder)) missing.Add(folder);
            if (TryTo(() => Directory.CreateDirectory(parent))) _made.InsertRange(0, missing);
        }
    }

    public void Dispose()
    {
        foreach (string folder in _made)
            TryTo(() => RemoveEmpty(folder));
    }

    private static void RemoveEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    private static bool TryTo(Action act)
    {
        try
        {
            act();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
