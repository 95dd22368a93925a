using GpuNmf.Devices;
using GpuNmf.Sweep;

namespace GpuNmf;

/// <summary>What a sweep found; the factors themselves went to the store.</summary>
public sealed record SweepResult
{
    /// <summary>One for each divergence and rank: the divergences in the order of the options, and each one's ranks upwards.</summary>
    public required IReadOnlyList<RankSummary> Summaries { get; init; }

    /// <summary>The largest stable rank of each divergence, in their order.</summary>
    public required IReadOnlyList<RankPick> Picks { get; init; }

    /// <summary>Frequency bins F.</summary>
    public required int Bins { get; init; }

    /// <summary>Frames T of one channel.</summary>
    public required long Frames { get; init; }

    /// <summary>The device that did the work.</summary>
    public required DeviceEntry Device { get; init; }

    /// <summary>Kind of device and SIMD width, which the rounding belongs to.</summary>
    public required string Kind { get; init; }

    /// <summary>Things the user should know, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Wall-clock seconds of this call by stage; models that the store had cost none, and no stems are made.</summary>
    public required StageTimings Timings { get; init; }

    /// <summary>Most bytes alive on the device at one time.</summary>
    public required long PeakDeviceBytes { get; init; }
}
