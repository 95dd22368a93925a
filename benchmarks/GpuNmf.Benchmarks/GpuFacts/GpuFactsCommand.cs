using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>
/// <c>-- gpu-facts</c>: what the design of the tile kernels rests on, asked of the device: a line a question. A question that fails says so
/// and the next is asked, with a device opened anew, since an error may leave the old one unusable.
/// </summary>
internal static class GpuFactsCommand
{
    internal const string Command = "gpu-facts";

    // What could break the driver comes last.
    private static readonly (string Question, Func<DeviceSession, string> Answer)[] s_questions =
    [
        ("device and driver", DriverFact.Describe),
        ("cost of a launch", LaunchFact.Measure),
        ("peak and bandwidth", PeaksFact.Measure),
        ("quotient by rcp.approx.ftz", QuotientFact.Measure),
        ("shuffle within a warp", ShuffleFact.Check),
        ("128-bit reads of shared memory", SharedReadFact.Measure),
        ("prefetch into the L2 cache", PrefetchFact.Measure),
        ("more than 48 KiB of shared memory", DynamicSharedFact.Check),
    ];

    internal static int Run()
    {
        int failed = 0;
        foreach (var (question, answer) in s_questions)
        {
            string text;
            try
            {
                using var session = BenchDevice.Open();
                text = session.Form == KernelForm.Tile ? answer(session) : "not asked: the CPU accelerator runs no tile kernels";
            }
#pragma warning disable CA1031 // That it fails, and how, is the answer.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failed++;
                text = $"FAILED: {exception.GetType().Name}: {exception.Message}";
            }
            Console.WriteLine($"{question}: {text}");
        }
        return failed == 0 ? 0 : 1;
    }

    /// <summary>The answer where only CUDA could give one.</summary>
    internal static string NeedsCuda(DeviceSession session) => $"not asked: it is about CUDA and this is {session.Kind}";
}
