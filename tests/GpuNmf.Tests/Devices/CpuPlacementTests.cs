using System.Globalization;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Frontend;
using ILGPU.Runtime;
using Xunit;

namespace GpuNmf.Tests.Devices;

/// <summary>Which processors Linux lets the threads of the CPU accelerator run on.</summary>
public sealed class CpuPlacementTests
{
    [Fact]
    public void Each_thread_has_a_processor_of_its_own_where_there_is_one_for_each()
    {
        int threads = Environment.ProcessorCount;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only: elsewhere the system places threads");
        Assert.SkipUnless(threads > 1 && Processors() == threads, "needs two processors or more, all of which may be used");

        int[] placed = ProcessorsOf(new DeviceRequest { Kind = DeviceKind.Cpu });

        Assert.Equal(threads, placed.Length);
        Assert.DoesNotContain(-1, placed);
        Assert.Equal(placed.Length, placed.Distinct().Count());
        // Whoever opened the device may still run anywhere.
        Assert.Equal(threads, Processors());
    }

    [Fact]
    public void Fewer_threads_than_processors_are_left_to_the_system()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only: elsewhere the system places threads");
        Assert.SkipUnless(Environment.ProcessorCount > 1, "needs two processors or more");

        Assert.Equal([-1], ProcessorsOf(new DeviceRequest { Kind = DeviceKind.Cpu, Threads = 1 }));
    }

    /// <summary>The only processor of each thread, -1 where a thread has several.</summary>
    private static int[] ProcessorsOf(DeviceRequest request)
    {
        using var session = DeviceSession.Open(request);
        using var processors = session.Accelerator.Allocate1D<int>(session.Accelerator.NumMultiprocessors);
        session.Accelerator.LoadKernel<ArrayView<int>>(PlacementKernel.Run)(session.Stream, new KernelConfig((int)processors.Length, 1), processors.View);
        session.Synchronize();
        return processors.GetAsArray1D();
    }

    /// <summary>Processors that the calling thread may use.</summary>
    private static int Processors() => PlacementKernel.AllowedList().Split(',').Sum(range => range.Split('-') switch
    {
        [var first, var last] => int.Parse(last, CultureInfo.InvariantCulture) - int.Parse(first, CultureInfo.InvariantCulture) + 1,
        _ => 1,
    });
}

/// <summary>Asks every thread where it may run.</summary>
internal static class PlacementKernel
{
    /// <summary>Launch with groups of one thread.</summary>
    public static void Run(ArrayView<int> processors) => processors[Grid.IdxX] = OnlyProcessor(Grid.IdxX);

    /// <summary>Numbers and ranges of the calling thread, as Linux writes them.</summary>
    internal static string AllowedList() =>
        File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();

    [External("only_processor")]
    private static int OnlyProcessor(int group) => int.TryParse(AllowedList(), NumberStyles.None, CultureInfo.InvariantCulture, out int only) ? only : -1;
}
