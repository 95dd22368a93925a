namespace GpuNmf.Nmf.Blocks;

/// <summary>The disk does not take, or does not give back, a spectrogram that lies on it; the message says why and what to do.</summary>
public sealed class SpoolException : IOException
{
    /// <inheritdoc/>
    public SpoolException() { }

    /// <inheritdoc/>
    public SpoolException(string message) : base(message) { }

    /// <inheritdoc/>
    public SpoolException(string message, Exception innerException) : base(message, innerException) { }
}
