namespace GpuNmf;

/// <summary>What was learnt from a recording, and how the fit behind it went; only the dictionary is kept in a file.</summary>
public sealed record LearnResult : FitReport
{
    /// <summary>The templates with their framing.</summary>
    public required LearntTemplates Dictionary { get; init; }
}
