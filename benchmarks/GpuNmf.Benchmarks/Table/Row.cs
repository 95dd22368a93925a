using System.Text.Json.Serialization;
using GpuNmf.Benchmarks.Machine;
using GpuNmf.Kernels;

namespace GpuNmf.Benchmarks.Table;

/// <summary>One line of the table with its raw samples.</summary>
/// <param name="What">What is measured, with its shape.</param>
/// <param name="Unit">Unit of the samples: ms, s or MB.</param>
internal sealed record Row(string What, string Unit)
{
    /// <summary>Samples of this program.</summary>
    public required IReadOnlyList<double> Ours { get; init; }

    /// <summary>The other program, or null.</summary>
    public string? Peer { get; init; }

    /// <summary>What the other program said of itself.</summary>
    public object? PeerDetails { get; init; }

    /// <summary>Samples of the other program; empty without one.</summary>
    public IReadOnlyList<double> Theirs { get; init; } = [];

    /// <summary>Why the other program did not take part, or anything else that the reader must know.</summary>
    public string? Note { get; init; }

    /// <summary>How far the two results were apart before anything was timed, relative.</summary>
    public double? Difference { get; init; }

    /// <summary>Load average before the first turn.</summary>
    public double Load { get; init; } = LoadAverage.Read();

    /// <summary>Bytes and flops of one sample, from KernelCost.</summary>
    public double? Bytes { get; init; }

    /// <inheritdoc cref="Bytes"/>
    public double? Flops { get; init; }

    /// <summary>Peak and bandwidth that the floor is made of.</summary>
    public double? PeakFlopsASecond { get; init; }

    /// <inheritdoc cref="PeakFlopsASecond"/>
    public double? BytesASecond { get; init; }

    /// <summary>What shall be reached.</summary>
    [JsonIgnore]
    public Target? Target { get; init; }

    public string TargetText => Target?.Text ?? "-";

    public string Verdict => Target is null ? "-" : Target.IsMet(this) switch { true => "pass", false => "falls short", null => "not measured" };

    public double OursMedian => Median(Ours);

    public double? TheirsMedian => Theirs.Count > 0 ? Median(Theirs) : null;

    public double? Ratio => TheirsMedian / OursMedian;

    /// <summary>Seconds of the median; null where the row is no time.</summary>
    private double? Seconds => Unit switch { "ms" => OursMedian / 1e3, "s" => OursMedian, _ => null };

    public double? FlopsASecond => Flops / Seconds;

    public double? GigabytesASecond => Bytes / Seconds / 1e9;

    public double? ShareOfPeak => FlopsASecond / PeakFlopsASecond;

    public double? ShareOfBandwidth => Bytes / Seconds / BytesASecond;

    /// <summary>floor / time; the floor is the longer of bytes / bandwidth and flops / peak.</summary>
    public double? ShareOfFloor => ShareOfPeak is { } flops && ShareOfBandwidth is { } bytes ? Math.Max(flops, bytes) : null;

    /// <summary>The row with its work and the peaks that bound it.</summary>
    /// <param name="cost">Work of one sample.</param>
    /// <param name="peaks">The device's.</param>
    /// <param name="workingSet">Bytes that the work goes over.</param>
    internal Row With(Cost cost, Peaks peaks, double workingSet) => this with
    {
        Bytes = cost.Bytes,
        Flops = cost.Flops,
        PeakFlopsASecond = peaks.FlopsASecond,
        BytesASecond = peaks.For(workingSet).Best,
    };

    /// <summary>The samples of another time behind those of this one; the larger difference and load.</summary>
    internal Row And(Row later) => this with
    {
        Ours = [.. Ours, .. later.Ours],
        Theirs = [.. Theirs, .. later.Theirs],
        Difference = later.Difference is { } difference ? Math.Max(Difference ?? 0, difference) : Difference,
        Load = Math.Max(Load, later.Load),
    };

    private static double Median(IReadOnlyList<double> samples)
    {
        var sorted = samples.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
