using GpuNmf.Audio;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Separating;

/// <summary>A device that is opened for the first recording and serves all of them, so that its kernels are compiled once.</summary>
internal sealed class SharedSeparator(IEngine engine, DeviceRequest device) : ISeparator
{
    private readonly Lock _gate = new();
    private ISeparator? _open;
    private bool _isAtWork, _isClosed, _wasLost;

    /// <inheritdoc/>
    /// <exception cref="DeviceUnavailableException">The device cannot be opened.</exception>
    /// <exception cref="DeviceLostException">It stopped working; the next recording has it opened anew, or hears that it is gone.</exception>
    public SeparationResult Separate(
        IAudioSource recording, IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation) =>
        Use(open => open.Separate(recording, sink, options, place, progress, cancellation));

    /// <inheritdoc/>
    /// <exception cref="DeviceUnavailableException">The device cannot be opened.</exception>
    public SeparationPlan Plan(IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation) =>
        Use(open => open.Plan(recording, options, memory, cancellation));

    private T Use<T>(Func<ISeparator, T> work)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _isAtWork = true;
        }
        try
        {
            return work(_open ??= Open());
        }
        catch (DeviceLostException)
        {
            _wasLost = true;
            _open?.Dispose();
            _open = null;
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _isAtWork = false;
                if (_isClosed) _open?.Dispose();
            }
        }
    }

    /// <summary>Closes the device; where work was left behind that did not stop in time, when that has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            if (!_isAtWork) _open?.Dispose();
        }
    }

    private ISeparator Open()
    {
        try
        {
            return engine.OpenSeparator(device);
        }
        catch (DeviceUnavailableException exception) when (_wasLost)
        {
            // Recordings before this one were separated.
            throw new DeviceLostException(exception.Message, exception);
        }
    }
}
