namespace GpuNmf.Devices;

/// <summary>The device stopped working in the midst of a call: its driver failed, or it was reset or taken away. The message says what the driver said.</summary>
/// <remarks>What it held is lost. Dispose of what was open on it, and open it anew.</remarks>
public sealed class DeviceLostException : Exception
{
    /// <inheritdoc/>
    public DeviceLostException() { }

    /// <inheritdoc/>
    public DeviceLostException(string message) : base(message) { }

    /// <inheritdoc/>
    public DeviceLostException(string message, Exception innerException) : base(message, innerException) { }
}
