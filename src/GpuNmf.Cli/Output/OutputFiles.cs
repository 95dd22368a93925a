namespace GpuNmf.Cli.Output;

/// <summary>Names of the files beside the stems; docs and scripts rely on them.</summary>
internal static class OutputFiles
{
    /// <summary>W, bins x components.</summary>
    public const string Templates = "templates.npy";

    /// <summary>H, components x columns.</summary>
    public const string Activations = "activations.npy";

    /// <summary>Everything about the run that is the same when it is repeated.</summary>
    public const string Result = "result.json";

    /// <summary>What differs from run to run: seconds and memory.</summary>
    public const string Timings = "timings.json";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> Fixed = [Templates, Activations, Result, Timings];
}
