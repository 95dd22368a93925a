using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Inputs;

/// <summary>The recordings that a command line names.</summary>
/// <param name="Paths">As the user wrote them, or as they were found; no file twice.</param>
/// <param name="AreSeveral">False for one name of one file; true for anything that may stand for several, whatever it stood for this time.</param>
internal sealed record InputList(IReadOnlyList<string> Paths, bool AreSeveral)
{
    /// <summary>Finds what arguments stand for: names of files, folders (the recordings in them, not below), and patterns.</summary>
    /// <exception cref="CliException">A folder or a pattern holds no recording, or cannot be looked into.</exception>
    public static InputList Find(IReadOnlyList<string> arguments)
    {
        if (arguments is [var only] && IsName(only)) return new InputList(arguments, AreSeveral: false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return new InputList([.. arguments.SelectMany(Expand).Where(path => seen.Add(path.Length == 0 ? path : RealPath.Of(path)))], AreSeveral: true);
    }

    private static bool IsName(string argument) => !Directory.Exists(argument) && (!Glob.IsPattern(argument) || File.Exists(argument));

    private static IReadOnlyList<string> Expand(string argument)
    {
        if (IsName(argument)) return [argument];
        try
        {
            bool isFolder = Directory.Exists(argument);
            IReadOnlyList<string> files = isFolder ? Glob.RecordingsIn(argument) : Glob.Match(argument);
            return files.Count > 0 ? files : throw Nothing(argument, isFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Input, $"cannot look into '{argument}': {exception.Message}", exception);
        }
    }

    private static CliException Nothing(string argument, bool isFolder)
    {
        const string passedOver = $"folders that {ProgramInfo.Name} wrote are passed over";
        return new(ExitCodes.Input, (isFolder, isFolder && OwnFolder.IsOwn(argument)) switch
        {
            (_, true) => $"'{argument}' was written by {ProgramInfo.Name}; to separate parts once more, name their files",
            (true, _) => $"folder '{argument}' holds no recording ({AudioNames.List}); for those in folders below, take '{Path.Combine(argument, "**")}'",
            _ => $"'{argument}' matches no recording; * and ? stand for parts of a name, ** for folders, and {passedOver}",
        });
    }
}
