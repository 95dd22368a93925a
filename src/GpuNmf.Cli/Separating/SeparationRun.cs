using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Cli.Progress;

namespace GpuNmf.Cli.Separating;

/// <summary>One <c>separate</c> of one recording.</summary>
internal sealed class SeparationRun(CommandContext context, SeparateRequest request)
{
    /// <summary>Does everything; errors are exceptions.</summary>
    /// <returns><see cref="ExitCodes.Ok"/>.</returns>
    public int Execute()
    {
        if (request.Output.SkipsExisting && Interruptible.Run(() => FinishedFolder.Find(request.Output.Folder, request.Input.Path, context.Cancellation), TimeSpan.Zero, context.Cancellation) is { } before)
        {
            Print(() => JsonText.Write(before.Document), stdout => stdout.WriteLine(BatchReport.SkippedLine(request)), before.Folder);
            return ExitCodes.Ok;
        }
        using var separator = new SharedSeparator(context.Engine, request.Device);
        using var separation = new Separation(request, Warn, context.Cancellation);
        // A pipe that nobody writes to is never open, and a decoder takes a moment to stop.
        Interruptible.Run(separation.Open, Interruptible.Grace, context.Cancellation);
        context.Cancellation.ThrowIfCancellationRequested();
        ProgressDisplay
            .Choose(context.Stderr, request.IsTalkative)
            .Run(progress => Interruptible.Run(() => separation.Compute(separator, progress), Interruptible.Grace, context.Cancellation));
        Interruptible.Run(separation.Finish, Interruptible.Grace, context.Cancellation);
        FinishedSeparation finished = separation.Finished!;
        if (request.IsTalkative)
            foreach (string warning in finished.Warnings) Warn(warning);
        Print(() => JsonText.Write(finished.Document), stdout => SummaryTable.Print(stdout, finished.Run), finished.Folder);
        return ExitCodes.Ok;
    }

    private void Print(Func<string> document, Action<TextWriter> summary, string folder)
    {
        string done = $"; the parts are complete in '{folder}'";
        if (request.PrintsJson) context.Print(stdout => stdout.Write(document()), done);
        else if (request.Verbosity == Verbosity.Normal) context.Print(summary, done);
    }

    private void Warn(string warning) => context.Stderr.TryWriteLine($"{ProgramInfo.Name}: warning: {warning}");
}
