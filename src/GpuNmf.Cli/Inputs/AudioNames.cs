namespace GpuNmf.Cli.Inputs;

/// <summary>Tells recordings from other files by their names, where a folder says nothing else about them.</summary>
internal static class AudioNames
{
    private static readonly HashSet<string> s_extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".wav", ".wave", ".bwf", ".rf64", ".bw64", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".wma",
    };

    /// <summary>True for the extension of a format that is read.</summary>
    public static bool IsAudio(string path) => s_extensions.Contains(Path.GetExtension(path));

    /// <summary>The extensions, as a message lists them.</summary>
    public static string List => string.Join(", ", s_extensions.Select(extension => extension[1..]));
}
