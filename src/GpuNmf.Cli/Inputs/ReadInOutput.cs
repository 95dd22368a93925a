using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Inputs;

/// <summary>Refuses files that lie where the program writes.</summary>
/// <remarks>With <c>--force</c> the old folder is deleted at the end, what a kill left is deleted at once, and what is read from there with them.</remarks>
internal static class ReadInOutput
{
    /// <param name="folders">Where is written, as the user wrote it.</param>
    /// <param name="read">What is read, with the option's name.</param>
    /// <exception cref="CliException">A file lies there, by whatever links.</exception>
    public static void Refuse(IEnumerable<string> folders, IEnumerable<(string Name, string? Path)> read)
    {
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            string target = RealPath.Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
            written.UnionWith([target, target + OutputFolder.PartialSuffix, target + OutputFolder.ReplacedSuffix]);
        }
        foreach ((string name, string? path) in read)
        {
            if (string.IsNullOrEmpty(path)) continue;
            for (string? folder = Path.GetDirectoryName(RealPath.Of(path)); folder is not null; folder = Path.GetDirectoryName(folder))
                if (written.Contains(folder))
                    throw new CliException(ExitCodes.Usage, $"{name} '{path}' lies in '{folder}', where --out writes; choose another --out");
        }
    }
}
