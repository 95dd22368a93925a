using GpuNmf.Devices;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>What was learnt from a recording, and how the fit behind it went; only the dictionary is kept in a file.</summary>
public sealed record LearnResult
{
    /// <summary>The templates with their framing.</summary>
    public required LearntTemplates Dictionary { get; init; }

    /// <summary>The loss at the start, after every 10th iteration and at the end.</summary>
    public required IReadOnlyList<LossPoint> LossTrace { get; init; }

    /// <summary>Iterations done.</summary>
    public required int Iterations { get; init; }

    /// <summary>Why the factorisation ended.</summary>
    public required NmfStop Stop { get; init; }

    /// <summary>True when the tolerance was met before the iterations ran out.</summary>
    public bool Converged => Stop == NmfStop.Tolerance;

    /// <summary>Seed of the start that was kept.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Every start in the order of the seeds; the one with the lowest objective was kept. One where no restarts were asked for.</summary>
    public required IReadOnlyList<RestartOutcome> Restarts { get; init; }

    /// <summary>The device that did the work.</summary>
    public required DeviceEntry Device { get; init; }

    /// <inheritdoc cref="SeparationResult.Kind"/>
    public required string Kind { get; init; }

    /// <summary>Things the user should know, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
