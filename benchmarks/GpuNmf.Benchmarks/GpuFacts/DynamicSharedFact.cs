using System.Globalization;
using System.Runtime.InteropServices;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>
/// Whether a group gets 80 KiB of dynamic shared memory. ILGPU never asks the driver for more than 48, so the function's attribute is set here.
/// </summary>
internal static partial class DynamicSharedFact
{
    private const int Threads = 128, Floats = 20 * 1024;

    /// <summary>CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES.</summary>
    private const int MaxDynamicSharedBytes = 8;

    internal static string Check(DeviceSession session)
    {
        if (session.Accelerator is not CudaAccelerator accelerator) return GpuFactsCommand.NeedsCuda(session);
        using var output = session.Allocate<float>(Floats);
        var run = accelerator.LoadKernel<ArrayView<float>>(Reverse);
        accelerator.Bind();
        int status = SetAttribute(((CudaKernel)run.GetKernel()).FunctionPtr, MaxDynamicSharedBytes, Floats * sizeof(float));
        if (status != 0) return string.Create(CultureInfo.InvariantCulture, $"cuFuncSetAttribute says {status}");
        run(session.Stream, new KernelConfig(1, Threads, SharedMemoryConfig.RequestDynamic<float>(Floats)), output.View);
        var got = output.Download();
        for (int i = 0; i < Floats; i++)
            if (got[i] != Floats - 1 - i) return $"cuFuncSetAttribute works, and the kernel is WRONG: {got[i]} at {i}";
        return "cuFuncSetAttribute works, and a kernel with 80 KiB is right";
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libcuda.so.1", EntryPoint = "cuFuncSetAttribute")]
    private static partial int SetAttribute(nint function, int attribute, int value);

    // output: [Floats]. One group of 128, 80 KiB of dynamic shared memory.
    internal static void Reverse(ArrayView<float> output)
    {
        var shared = SharedMemory.GetDynamic<float>();
        for (int i = Group.IdxX; i < Floats; i += Threads) shared[i] = i;
        Group.Barrier();
        for (int i = Group.IdxX; i < Floats; i += Threads) output[i] = shared[Floats - 1 - i];
    }
}
