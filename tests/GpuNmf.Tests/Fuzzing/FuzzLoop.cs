using System.Globalization;
using Xunit;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Many cases of one test, each a function of the loop's seed and its own number, so that a failure can be run again alone.</summary>
internal static class FuzzLoop
{
    /// <summary>A case that takes longer hangs: they take microseconds.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs the cases 0..<paramref name="cases"/> - 1 one after another.</summary>
    /// <param name="seed">Of the loop.</param>
    /// <param name="cases">How many; GPUNMF_FUZZ_CASE names a single one instead.</param>
    /// <param name="run">Runs one case; whatever it throws fails the test, with the case's number.</param>
    public static void Run(int seed, int cases, Action<Random> run)
    {
        bool isOne = int.TryParse(Environment.GetEnvironmentVariable("GPUNMF_FUZZ_CASE"), NumberStyles.None, CultureInfo.InvariantCulture, out int one);
        int number = isOne ? one : 0, end = isOne ? one + 1 : cases;
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task loop = Task.Factory.StartNew(Loop, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (int seen = -1; Task.WaitAny([loop], (int)s_patience.TotalMilliseconds, cancellation) < 0; seen = Volatile.Read(ref number))
            if (seen == Volatile.Read(ref number)) Assert.Fail($"Seed {seed}, case {seen} has been running for a minute: it hangs.");
        loop.GetAwaiter().GetResult();

        void Loop()
        {
            for (; number < end; number++)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    run(Case(seed, number));
                }
                catch (Exception exception)
                {
                    throw new InvalidOperationException($"Seed {seed}, case {number}: {exception.Message}", exception);
                }
            }
        }
    }

    /// <summary>What a case allocates on its thread stays within a bound.</summary>
    public static void WithinMemory(long bytes, Action act)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        act();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= bytes, $"{allocated} bytes were allocated, at most {bytes} are expected.");
    }

    private static Random Case(int seed, int number) => new(unchecked(seed * 1_000_003 + number));
}
