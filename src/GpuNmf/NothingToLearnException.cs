namespace GpuNmf;

/// <summary>A factorisation that was to be learnt from left no template: its recording is silent, or a penalty outweighs it; the message says which.</summary>
public sealed class NothingToLearnException : Exception
{
    /// <inheritdoc/>
    public NothingToLearnException() { }

    /// <inheritdoc/>
    public NothingToLearnException(string message) : base(message) { }

    /// <inheritdoc/>
    public NothingToLearnException(string message, Exception innerException) : base(message, innerException) { }
}
