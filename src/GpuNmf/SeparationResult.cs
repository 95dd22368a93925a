using GpuNmf.Nmf;

namespace GpuNmf;

/// <summary>Seconds spent in each stage (wall clock).</summary>
/// <param name="ReadSeconds">Reading and checking samples, and sending them to the device, which transforms the block before meanwhile.</param>
/// <param name="StftSeconds">Samples to magnitudes, as far as it was waited for.</param>
/// <param name="NmfSeconds">Factorisation.</param>
/// <param name="StemSeconds">Masks, inverse transform and the sink.</param>
public readonly record struct StageTimings(double ReadSeconds, double StftSeconds, double NmfSeconds, double StemSeconds);

/// <summary>How one of several random starts ended.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Loss">Its final loss.</param>
/// <param name="Iterations">Iterations done.</param>
/// <param name="Converged">True when the tolerance was met.</param>
public readonly record struct RestartOutcome(ulong Seed, double Loss, int Iterations, bool Converged)
{
    /// <summary>What was minimised: the loss, and the penalties where the options have some; those of fixed templates, which nothing changes, do not count, unless they adapt. It is that of the factors before <see cref="NmfOptions.NormalizeTemplates"/>.</summary>
    public double Objective { get; init; } = Loss;

    internal static RestartOutcome[] Of(IReadOnlyList<NmfFit> fits, ulong seed) =>
        [.. fits.Select((fit, i) => new RestartOutcome(seed + (ulong)i, fit.LossTrace[^1].Loss, fit.Iterations, fit.Converged) { Objective = fit.Objective })];
}

/// <summary>What a separation found; the sound itself went to the sink.</summary>
public sealed record SeparationResult : FitReport
{
    /// <summary>W, bins x components, in the order of the stems.</summary>
    public required float[,] Templates { get; init; }

    /// <summary>H, components x frames; with stacked channels components x (frames x channels), column t C + c.</summary>
    public required float[,] Activations { get; init; }

    /// <summary>The source of each component, 0-based, where <see cref="SeparationOptions.Grouping"/> asked for sources; else null.</summary>
    public IReadOnlyList<int>? SourceOfComponent { get; init; }

    /// <summary>Power of (input - sum of stems) over the power of the input, in dB; negative infinity where the sum is exact. Stems are counted
    /// before a file rounds them. With <c>Reconstruction.Magnitude</c> they need not add up.</summary>
    public required double ConservationResidualDb { get; init; }

    /// <summary>Frequency bins F.</summary>
    public required int Bins { get; init; }

    /// <summary>Frames T of one channel; stacked activations have T times as many columns as there are channels.</summary>
    public required long Frames { get; init; }

    /// <summary>Wall-clock seconds by stage.</summary>
    public required StageTimings Timings { get; init; }

    /// <summary>Where the spectrogram was between two passes; the result is the same wherever it was.</summary>
    public required SpectrogramStorage Storage { get; init; }

    /// <summary>Most bytes alive on the device at one time during this separation.</summary>
    public required long PeakDeviceBytes { get; init; }
}
