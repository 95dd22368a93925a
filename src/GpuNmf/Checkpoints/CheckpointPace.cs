using System.Diagnostics;

namespace GpuNmf.Checkpoints;

/// <summary>When checkpoints are saved: as often as the user wants, and so seldom that saving takes its share of the time at most.</summary>
/// <param name="interval">What the user wants; zero is always.</param>
internal sealed class CheckpointPace(TimeSpan interval)
{
    /// <summary>Of the time, for saving.</summary>
    private const double Share = 0.1;

    private readonly long _begun = Stopwatch.GetTimestamp();
    private long _last = Stopwatch.GetTimestamp();
    private TimeSpan _slowness;

    /// <summary>True when it is time to save.</summary>
    internal bool IsDue => Stopwatch.GetElapsedTime(_last) >= (interval > _slowness ? interval : _slowness);

    /// <summary>True once the run has taken so long that its end is worth a checkpoint.</summary>
    internal bool IsLong => Stopwatch.GetElapsedTime(_begun) >= interval;

    /// <summary>Saves.</summary>
    internal void Save(Action save)
    {
        long start = Stopwatch.GetTimestamp();
        save();
        _last = Stopwatch.GetTimestamp();
        if (interval > TimeSpan.Zero) _slowness = Stopwatch.GetElapsedTime(start, _last) / Share;
    }
}
