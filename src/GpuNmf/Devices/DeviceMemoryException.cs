namespace GpuNmf.Devices;

/// <summary>The device's memory does not hold what a problem needs; the message says how much was wanted and was in use.</summary>
public sealed class DeviceMemoryException : Exception
{
    /// <inheritdoc/>
    public DeviceMemoryException() { }

    /// <inheritdoc/>
    public DeviceMemoryException(string message) : base(message) { }

    /// <inheritdoc/>
    public DeviceMemoryException(string message, Exception innerException) : base(message, innerException) { }
}
