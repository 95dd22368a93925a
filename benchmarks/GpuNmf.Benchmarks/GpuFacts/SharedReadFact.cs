using System.Globalization;
using GpuNmf.Devices;
using GpuNmf.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>
/// How long a warp's 128-bit read of shared memory keeps the multiprocessor busy where all lanes read one address, pairs of lanes share one,
/// or every lane has its own. Whether uniform reads are packed decides how many multiply-adds a loaded word must feed.
/// </summary>
internal static class SharedReadFact
{
    private const int Threads = 256, Turns = 2000, ReadsOfATurn = 8;

    internal static string Measure(DeviceSession session)
    {
        int groups = 4 * session.Accelerator.NumMultiprocessors, turns = session.Kind == "cuda" ? Turns : 10;
        using var output = session.Allocate<float>(groups * Threads);
        var run = session.Accelerator.LoadKernel<ArrayView<float>, int, int, int>(Read);
        // Lane times of the address: (lane >> shift) * step quads.
        string Of(string name, int shift, int step)
        {
            double seconds = FactClock.Seconds(session, () => run(session.Stream, new KernelConfig(groups, Threads), output.View, turns, shift, step));
            double readsOfAMultiprocessor = 4.0 * (Threads / 32) * turns * ReadsOfATurn, nanoseconds = 1e9 * seconds / readsOfAMultiprocessor;
            double clock = session.Accelerator is ILGPU.Runtime.Cuda.CudaAccelerator cuda ? cuda.ClockRate / 1e6 : 0;
            return string.Create(CultureInfo.InvariantCulture, $"{name} {nanoseconds:F2} ns") + (clock > 0 ? string.Create(CultureInfo.InvariantCulture, $" = {nanoseconds * clock:F1} cycles at the top clock") : "");
        }
        return $"{Of("uniform", 5, 0)}; {Of("pairs", 1, 1)}; {Of("distinct", 0, 1)}";
    }

    // output: one value a thread. Groups of 256. Four multiply-adds a read.
    internal static void Read(ArrayView<float> output, int turns, int shift, int step)
    {
        var quads = SharedMemory.Allocate<FloatQuad>(1024);
        for (int i = Group.IdxX; i < 1024; i += Threads) quads[i] = new FloatQuad { A = i, B = 1, C = 2, D = 3 };
        Group.Barrier();
        int lane = Group.IdxX & 31, at = (lane >> shift) * step;
        float a = 0, b = 0, c = 0, d = 0;
        for (int n = 0; n < turns; n++)
        {
            var from = quads.SubView(at + (n & 15) * 32);
            Add(from[0], ref a, ref b, ref c, ref d);
            Add(from[32], ref a, ref b, ref c, ref d);
            Add(from[64], ref a, ref b, ref c, ref d);
            Add(from[96], ref a, ref b, ref c, ref d);
            Add(from[128], ref a, ref b, ref c, ref d);
            Add(from[160], ref a, ref b, ref c, ref d);
            Add(from[192], ref a, ref b, ref c, ref d);
            Add(from[224], ref a, ref b, ref c, ref d);
        }
        output[Grid.GlobalIndex.X] = a + b + c + d;
    }

    private static void Add(FloatQuad quad, ref float a, ref float b, ref float c, ref float d)
    {
        a = a * 0.5f + quad.A;
        b = b * 0.5f + quad.B;
        c = c * 0.5f + quad.C;
        d = d * 0.5f + quad.D;
    }
}
