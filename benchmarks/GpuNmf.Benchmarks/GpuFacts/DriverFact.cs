using System.Globalization;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>Whether ILGPU takes this driver and architecture, which may be newer than it, and whether a kernel's result is right there.</summary>
internal static class DriverFact
{
    private const int Length = 1000;

    internal static string Describe(DeviceSession session)
    {
        using var buffer = session.Allocate<float>(Length);
        var run = session.Accelerator.LoadKernel<ArrayView<float>>(Squares);
        run(session.Stream, new KernelConfig((Length + 127) / 128, 128), buffer.View);
        var got = buffer.Download();
        for (int i = 0; i < Length; i++)
            if (got[i] != (float)i * i) throw new InvalidOperationException($"the square of {i} is {got[i]} there");
        string driver = session.Accelerator is CudaAccelerator cuda
            ? string.Create(CultureInfo.InvariantCulture, $"CUDA {cuda.DriverVersion}, {cuda.Architecture}, PTX {cuda.InstructionSet}, {KernelModule()}, {cuda.ClockRate / 1000} MHz, ")
            : "";
        var accelerator = session.Accelerator;
        return string.Create(CultureInfo.InvariantCulture,
            $"{session.Entry.Name}, {driver}{accelerator.NumMultiprocessors} multiprocessors, warps of {accelerator.WarpSize}, {accelerator.MaxSharedMemoryPerGroup} B shared a group, {session.Entry.MemoryBytes / 1e9:F1} GB; a kernel runs and is right");
    }

    private static string KernelModule()
    {
        const string path = "/proc/driver/nvidia/version";
        if (!File.Exists(path)) return "kernel module unknown";
        return File.ReadLines(path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => char.IsAsciiDigit(word[0]) && word.Contains('.', StringComparison.Ordinal)) is { } version
            ? $"kernel module {version}"
            : "kernel module unknown";
    }

    // values: one a thread. Any group size.
    internal static void Squares(ArrayView<float> values)
    {
        int i = Grid.GlobalIndex.X;
        if (i < values.IntLength) values[i] = (float)i * i;
    }
}
