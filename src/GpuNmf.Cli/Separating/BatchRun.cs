using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Inputs;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;

namespace GpuNmf.Cli.Separating;

/// <summary>
/// One <c>separate</c> of several recordings, on one device. While it works on one, the next is opened and the one before is finished: three recordings at most are
/// open at a time. One that fails does not stop the others.
/// </summary>
internal sealed class BatchRun(CommandContext context, IReadOnlyList<SeparateRequest> requests)
{
    /// <summary>Does everything; what makes all recordings impossible is an exception.</summary>
    /// <returns>The code that all failures share, or <see cref="ExitCodes.SomeFailed"/>; <see cref="ExitCodes.Ok"/> where none failed.</returns>
    public int Execute()
    {
        ReadInOutput.Refuse(requests.Select(request => request.Output.Folder), [.. requests.Select(request => ("INPUT", request.Input.Path)), .. requests[0].SideFiles]);
        using var parents = new ParentFolders(requests.Select(request => request.Output.Folder));
        var report = new BatchReport(context, requests);
        using var separator = new SharedSeparator(context.Engine, requests[0].Device);
        BatchItem? ahead = Begin(0), atWork = null, behind = null;
        try
        {
            for (int i = 0; i < requests.Count; i++)
            {
                (atWork, ahead) = (ahead!, null);
                atWork.AwaitOpen();
                ahead = i + 1 < requests.Count ? Begin(i + 1) : null;
                atWork.Compute(separator, ProgressDisplay.Choose(context.Stderr, requests[i].IsTalkative, new FilePlace(i + 1, requests.Count, requests[i].Input.Path)));
                if (behind is not null) report.Add(behind.End());
                (behind, atWork) = (atWork, null);
            }
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            // The report says how far each came.
        }
        finally
        {
            ahead?.Dispose();
            atWork?.Dispose();
        }
        if (behind is not null) report.Add(behind.End());
        return report.End();
    }

    private BatchItem Begin(int i) => BatchItem.Begin(requests[i], warning => BatchReport.Warn(context, requests[i], warning), context.Cancellation);
}
