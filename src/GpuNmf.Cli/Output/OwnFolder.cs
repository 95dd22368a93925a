using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace GpuNmf.Cli.Output;

/// <summary>Tells the program's own folders from everybody else's, and deletes only those.</summary>
internal static partial class OwnFolder
{
    /// <summary>Stands in a folder while work goes on there; held open and locked, so that a second run sees it.</summary>
    public const string WorkMarker = ".gpunmf-partial";

    /// <summary>The documents that say which program wrote a folder.</summary>
    private static readonly string[] s_results = [OutputFiles.Result, OutputFiles.Sweep];

    /// <summary>Why a folder may not be replaced, or null: it is finished work of the program and holds nothing else.</summary>
    public static string? WhyForeign(string folder)
    {
        if (new DirectoryInfo(folder).LinkTarget is not null) return "it is a link";
        if (!HasResult(folder)) return $"{ProgramInfo.Name} did not write it (no {string.Join(" or ", s_results)} with \"program\": \"{ProgramInfo.Name}\")";
        string? stranger = Directory.EnumerateFileSystemEntries(folder).FirstOrDefault(e => !IsOwnFile(e));
        return stranger is null ? null : $"it also holds '{Path.GetFileName(stranger)}', which {ProgramInfo.Name} did not write";
    }

    /// <summary>True for finished and unfinished work of the program: what lies there are parts, not recordings.</summary>
    public static bool IsOwn(string folder) => File.Exists(Path.Combine(folder, WorkMarker)) || HasResult(folder);

    /// <summary>Why a folder of unfinished work may not be removed, or null: it carries the marker, is finished but for its name, or is empty.</summary>
    public static string? WhyForeignWork(string folder)
    {
        if (new DirectoryInfo(folder).LinkTarget is not null) return "it is a link";
        // Looked at once: another run may be putting its marker there.
        string[] entries = Directory.GetFileSystemEntries(folder);
        if (entries.Length == 0 || entries.Any(entry => Path.GetFileName(entry) == WorkMarker) || HasResult(folder)) return null;
        return $"{ProgramInfo.Name} did not write it (no {WorkMarker} in it)";
    }

    /// <summary>Deletes a folder of the program's own; what identifies it goes last, so that an interrupted deletion can be taken up again.</summary>
    public static void Delete(string folder)
    {
        string[] identity = [.. s_results.Prepend(WorkMarker).Select(name => Path.Combine(folder, name))];
        DeleteAll([.. Directory.EnumerateFiles(folder).Except(identity)]);
        if (Directory.EnumerateFileSystemEntries(folder).Except(identity).FirstOrDefault() is { } stranger)
            throw new IOException($"'{stranger}' is in the way");
        foreach (string file in identity) File.Delete(file);
        Directory.Delete(folder);
    }

    /// <summary>Deletes the program's own files in a folder of unfinished work, but for its marker and one more.</summary>
    public static void Clear(string folder, string kept) =>
        DeleteAll([.. Directory.EnumerateFiles(folder).Where(file => IsOwnFile(file) && Path.GetFileName(file) != kept && Path.GetFileName(file) != WorkMarker)]);

    // Large files take the disk a while each, and one core; so all cores share them.
    private static void DeleteAll(string[] files)
    {
        try
        {
            Parallel.ForEach(files, File.Delete);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    private static bool HasResult(string folder) => s_results.Any(name => IsResult(Path.Combine(folder, name)));

    private static bool IsResult(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("program", out JsonElement program)
                && program.ValueKind == JsonValueKind.String && program.ValueEquals(ProgramInfo.Name);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;      // not JSON, or of texts that are none: half of a surrogate pair
        }
    }

    private static bool IsOwnFile(string path)
    {
        string name = Path.GetFileName(path);
        return File.Exists(path)
            && (name is WorkMarker || OutputFiles.Fixed.Contains(name) || OutputFiles.OfSweep.Contains(name) || OutputFiles.OfWork.Contains(name) || SpoolName().IsMatch(name) || StemName().IsMatch(name) || FactorName().IsMatch(name));
    }

    [GeneratedRegex(@"^((component|source)-\d+|mix-\d+([-+]\d+)*)\.(wav|flac)$")]
    private static partial Regex StemName();

    // Stands for a moment only, unless the program is killed in it.
    [GeneratedRegex(@"^\.gpunmf-[0-9a-f]{32}\.spool$")]
    private static partial Regex SpoolName();

    [GeneratedRegex(@"^(templates|activations)-[a-z0-9.-]+-k\d+(-seed\d+)?\.npy$")]
    private static partial Regex FactorName();
}
