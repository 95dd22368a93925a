using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Frontend;
using ILGPU.Runtime;

namespace GpuNmf.Devices;

/// <summary>
/// Gives each thread of the CPU accelerator a processor of its own, where there is one for each. A launch wakes them all at once, and Linux often
/// wakes two on one processor: a short launch is over before it moves one of them, and took twice as long as it could.
/// </summary>
/// <remarks>
/// Bits do not depend on it. Where a processor is busy with something else, its thread takes fewer pieces of the work (<c>StripWork</c>: updates and stems; the transform,
/// mask sums and the scaling of X are shared evenly). One thread fewer than processors leaves them all to the system.
/// </remarks>
internal static unsafe partial class CpuPlacement
{
    /// <summary>Bytes of a set of processors: 8192 of them.</summary>
    private const int SetBytes = 1024;

    /// <summary>Places the threads, if there are as many as processors that this process may use: the default. Fewer are left to the system, for other
    /// processes may run beside this one.</summary>
    internal static void Spread(Accelerator accelerator)
    {
        int[] processors = Allowed();
        if (processors.Length < 2 || processors.Length != accelerator.NumMultiprocessors) return;
        using var numbers = accelerator.Allocate1D(processors);
        accelerator.LoadKernel<ArrayView<int>>(Place)(accelerator.DefaultStream, new KernelConfig(processors.Length, 1), numbers.View);
        accelerator.DefaultStream.Synchronize();
    }

    /// <summary>Launch with a group of one thread for each multiprocessor, as the strip kernels are: the same threads take them.</summary>
    public static void Place(ArrayView<int> processors) => PlaceThread(processors[Grid.IdxX]);

    [External("place_thread")]
    private static void PlaceThread(int processor)
    {
        byte* set = stackalloc byte[SetBytes];
        new Span<byte>(set, SetBytes).Clear();
        set[processor / 8] = (byte)(1 << processor % 8);
        // A system that refuses leaves the thread where it is.
        _ = SetAffinity(0, SetBytes, set);
    }

    /// <summary>Numbers of the processors that this process may use; empty where that cannot be asked.</summary>
    private static int[] Allowed()
    {
        if (!OperatingSystem.IsLinux()) return [];
        byte* set = stackalloc byte[SetBytes];
        new Span<byte>(set, SetBytes).Clear();
        try
        {
            if (GetAffinity(0, SetBytes, set) < 0) return [];
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return [];
        }
        var allowed = new List<int>();
        for (int i = 0; i < 8 * SetBytes; i++)
            if ((set[i / 8] >> i % 8 & 1) != 0) allowed.Add(i);
        return [.. allowed];
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetAffinity(int thread, nuint bytes, byte* set);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetAffinity(int thread, nuint bytes, byte* set);
}
