using GpuNmf.Checkpoints;

namespace GpuNmf;

/// <summary>Where and how often a separation keeps where it stands.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Keeps the checkpoints. One that it holds already is where the separation goes on; of other options, another recording or kind of device, it is refused.</summary>
    public required ICheckpointStore Store { get; init; }

    /// <summary>Time between two checkpoints, and before the first, at least; a tenth of the time at most goes into writing them. Zero: after every iteration.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);
}
