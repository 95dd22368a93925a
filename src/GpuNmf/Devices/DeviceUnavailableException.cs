namespace GpuNmf.Devices;

/// <summary>A device was asked for that is not there; the message lists what is.</summary>
public sealed class DeviceUnavailableException : Exception
{
    /// <inheritdoc/>
    public DeviceUnavailableException() { }

    /// <inheritdoc/>
    public DeviceUnavailableException(string message) : base(message) { }

    /// <inheritdoc/>
    public DeviceUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}
