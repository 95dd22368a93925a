namespace GpuNmf.Audio;

/// <summary>A file that is no audio this library reads, or is damaged; the message says what and what to do.</summary>
public sealed class AudioFormatException : Exception
{
    /// <inheritdoc/>
    public AudioFormatException() { }

    /// <inheritdoc/>
    public AudioFormatException(string message) : base(message) { }

    /// <inheritdoc/>
    public AudioFormatException(string message, Exception innerException) : base(message, innerException) { }
}
