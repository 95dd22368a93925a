using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>Whether lanes l and l ^ 16 exchange values, as a kernel that splits K between them would.</summary>
internal static class ShuffleFact
{
    internal static string Check(DeviceSession session)
    {
        if (session.Kind != "cuda") return GpuFactsCommand.NeedsCuda(session);
        using var buffer = session.Allocate<float>(128);
        var run = session.Accelerator.LoadKernel<ArrayView<float>>(Exchange);
        run(session.Stream, new KernelConfig(1, 128), buffer.View);
        var got = buffer.Download();
        for (int i = 0; i < got.Length; i++)
            if (got[i] != (i ^ 16)) return $"WRONG: thread {i} got {got[i]}, not {i ^ 16}";
        return "right";
    }

    // values: one a thread; groups of whole warps of 32.
    internal static void Exchange(ArrayView<float> values) => values[Group.IdxX] = Warp.ShuffleXor((float)Group.IdxX, 16);
}
