namespace GpuNmf.Audio.Codecs;

/// <summary>The programs <c>ffmpeg</c> and <c>ffprobe</c>.</summary>
/// <param name="Ffmpeg">Absolute path.</param>
/// <param name="Ffprobe">Absolute path.</param>
internal sealed record FfmpegPrograms(string Ffmpeg, string Ffprobe)
{
    /// <summary>Part of messages.</summary>
    public const string HowToInstall = "install ffmpeg, for instance 'apt install ffmpeg'";

    /// <summary>Why they cannot be run, or null.</summary>
    public static string? WhyAbsent(string? searchPath) =>
        Find(searchPath, "ffmpeg") is null ? "there is no ffmpeg on the PATH"
        : Find(searchPath, "ffprobe") is null ? "there is no ffprobe on the PATH, which belongs to ffmpeg"
        : null;

    /// <summary>Both, or null where one is not there.</summary>
    /// <param name="searchPath">Folders as in PATH.</param>
    public static FfmpegPrograms? Find(string? searchPath) =>
        Find(searchPath, "ffmpeg") is { } ffmpeg && Find(searchPath, "ffprobe") is { } ffprobe ? new(ffmpeg, ffprobe) : null;

    // Absolute folders only. .NET and FFMpegCore look into the current folder first, where recordings lie that others made.
    private static string? Find(string? searchPath, string name)
    {
        if (OperatingSystem.IsWindows()) name += ".exe";
        return (searchPath ?? "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, name)).FirstOrDefault(CanRun);
    }

    private static bool CanRun(string path)
    {
        const UnixFileMode anyone = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & anyone) != 0);
    }
}
