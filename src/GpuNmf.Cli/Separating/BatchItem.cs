using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Separating;

/// <summary>One recording of several: opened and finished on threads of their own, while the device works on its neighbours.</summary>
internal sealed class BatchItem : IDisposable
{
    private readonly SeparateRequest _request;
    private readonly CancellationToken _cancellation;
    private readonly Separation _separation;
    private Task _step;
    private FinishedFolder? _skipped;
    private Exception? _cause;

    private BatchItem(SeparateRequest request, Action<string> warn, CancellationToken cancellation)
    {
        _request = request;
        _cancellation = cancellation;
        _separation = new Separation(request, warn, cancellation);
        _step = Interruptible.Start(OpenOrSkip);
    }

    /// <summary>Starts to open the recording.</summary>
    public static BatchItem Begin(SeparateRequest request, Action<string> warn, CancellationToken cancellation) => new(request, warn, cancellation);

    private bool IsToBeSeparated => _cause is null && _skipped is null;

    /// <summary>Waits until the recording is open.</summary>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public void AwaitOpen() => Attempt(() => Interruptible.Wait(_step, Interruptible.Grace, _cancellation));

    /// <summary>Separates the recording, and starts to finish it.</summary>
    /// <exception cref="DeviceUnavailableException">There is no such device, for this recording or any other.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public void Compute(ISeparator separator, ProgressDisplay display)
    {
        if (!IsToBeSeparated) return;
        Attempt(() => display.Run(progress => Interruptible.Run(() => _separation.Compute(separator, progress), Interruptible.Grace, _cancellation)));
        if (IsToBeSeparated) _step = Interruptible.Start(_separation.Finish);
    }

    /// <summary>Waits until the recording is finished, if it came so far.</summary>
    /// <returns>How far that was; where the token was set too.</returns>
    public FileOutcome End()
    {
        try
        {
            if (IsToBeSeparated) Attempt(() => Interruptible.Wait(_step, Interruptible.Grace, _cancellation));
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // The outcome says so.
        }
        _separation.Dispose();
        return new FileOutcome(_request) { Finished = _separation.Finished, Skipped = _skipped, Failure = _cause is null ? null : ErrorMessages.Describe(_cause), Cause = _cause };
    }

    public void Dispose() => _separation.Dispose();

    private void OpenOrSkip()
    {
        if (_request.Output.SkipsExisting) _skipped = FinishedFolder.Find(_request.Output.Folder, _request.Input.Path, _cancellation);
        if (_skipped is null) _separation.Open();
    }

    /// <summary>What goes wrong is this recording's, unless no other could be separated either.</summary>
    private void Attempt(Action step)
    {
        try
        {
            step();
        }
#pragma warning disable CA1031 // Whatever went wrong, the other recordings are separated; the outcome tells it.
        catch (Exception exception) when (exception is not (OperationCanceledException or DeviceUnavailableException))
#pragma warning restore CA1031
        {
            _cancellation.ThrowIfCancellationRequested();
            _cause = exception;
            _separation.Dispose();
        }
    }
}
