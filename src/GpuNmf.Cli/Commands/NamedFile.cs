using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>The rule for a file that an option names.</summary>
internal static class NamedFile
{
    /// <exception cref="CliException">The name is empty, or a folder's.</exception>
    public static void Require(string option, string path)
    {
        if (path.Length == 0) throw new CliException(ExitCodes.Input, $"{option} is an empty name; name a file");
        if (Directory.Exists(path)) throw new CliException(ExitCodes.Input, $"{option} '{path}' is a folder; name a file");
    }
}
