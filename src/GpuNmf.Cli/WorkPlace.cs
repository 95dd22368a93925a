namespace GpuNmf.Cli;

/// <summary>What a separation works with beside its options; no bit of the result depends on it.</summary>
/// <param name="Memory">How much memory, and where a spectrogram on disk lies.</param>
/// <param name="Checkpoints">Where it keeps how far it is.</param>
internal sealed record WorkPlace(MemoryOptions Memory, CheckpointOptions Checkpoints);
