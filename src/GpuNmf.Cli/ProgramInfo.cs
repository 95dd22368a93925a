using System.Reflection;

namespace GpuNmf.Cli;

/// <summary>Name and version as they stand in messages and files.</summary>
internal static class ProgramInfo
{
    /// <summary>The command, and the marker by which its own output folders are recognised.</summary>
    public const string Name = "gpunmf";

    /// <summary>Environment variable that adds the stack trace to an internal error.</summary>
    public const string TraceVariable = "GPUNMF_TRACE";

    /// <summary>The package's version, without the build's commit.</summary>
    public static string Version { get; } =
        typeof(ProgramInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
