namespace GpuNmf.Checkpoints;

/// <summary>A checkpoint that belongs to another run, or is damaged; the message says which, and what to do.</summary>
public sealed class CheckpointException : Exception
{
    /// <inheritdoc/>
    public CheckpointException() { }

    /// <inheritdoc/>
    public CheckpointException(string message) : base(message) { }

    /// <inheritdoc/>
    public CheckpointException(string message, Exception innerException) : base(message, innerException) { }
}
