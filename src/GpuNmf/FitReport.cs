using GpuNmf.Devices;
using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>How a factorisation went and what the user should know of it.</summary>
public abstract record FitReport
{
    /// <summary>The loss at the start, after every 10th iteration and at the end.</summary>
    public required IReadOnlyList<LossPoint> LossTrace { get; init; }

    /// <summary>Iterations done: scikit-learn's <c>n_iter_</c>.</summary>
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

    /// <summary>Kind of device and SIMD width, such as <c>cpu-512</c>, <c>cuda</c>, <c>opencl</c>. The same device gives the same bits; different kinds differ in rounding,
    /// and so may two GPUs or drivers of one kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Things the user should know, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
