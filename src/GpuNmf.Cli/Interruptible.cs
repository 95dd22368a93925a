namespace GpuNmf.Cli;

/// <summary>Work that can be left behind when it does not stop in time.</summary>
internal static class Interruptible
{
    /// <summary>How long cancelled work may take to stop: a kernel being compiled does not look at tokens.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(600);

    /// <summary>Runs the work on a thread of its own and waits for it.</summary>
    /// <param name="work">Watches the token itself; owns what it must close, since it may run on after the return.</param>
    /// <param name="grace">How long to wait for it once the token is set.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="OperationCanceledException">The token was set; the work has ended, or was left behind.</exception>
    public static T Run<T>(Func<T> work, TimeSpan grace, CancellationToken cancellation)
    {
        Task<T> task = Start(work);
        Wait(task, grace, cancellation);
        return task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run{T}"/>
    public static void Run(Action work, TimeSpan grace, CancellationToken cancellation) => Run(() => Nothing(work), grace, cancellation);

    /// <summary>As <see cref="Run{T}"/> for work that was started before.</summary>
    public static void Wait(Task work, TimeSpan grace, CancellationToken cancellation)
    {
        WaitHandle done = ((IAsyncResult)work).AsyncWaitHandle;
        WaitHandle.WaitAny([done, cancellation.WaitHandle]);
        if (!done.WaitOne(cancellation.IsCancellationRequested ? grace : Timeout.InfiniteTimeSpan)) cancellation.ThrowIfCancellationRequested();
        work.GetAwaiter().GetResult();
    }

    /// <summary>Starts work on a thread of its own.</summary>
    public static Task<T> Start<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <inheritdoc cref="Start{T}"/>
    public static Task Start(Action work) => Start(() => Nothing(work));

    private static bool Nothing(Action work)
    {
        work();
        return true;
    }
}
