using System.Globalization;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace GpuNmf.Benchmarks.GpuFacts;

/// <summary>
/// Whether asking for the next tile early hides the memory: tiles of 16 frames are read twice with arithmetic, as the one-pass kernel reads
/// them, by one group a multiprocessor and by four, with and without <c>prefetch.global.L2</c>.
/// </summary>
internal static class PrefetchFact
{
    private const int Threads = 352, TileFloats = 16 * 1056, Tiles = 19_000;

    internal static string Measure(DeviceSession session)
    {
        if (session.Kind != "cuda") return GpuFactsCommand.NeedsCuda(session);
        int tiles = (int)Math.Min(Tiles, session.Entry.MemoryBytes / 8 / TileFloats);
        using var x = session.Allocate<float>((long)tiles * TileFloats);
        using var output = session.Allocate<float>(4L * session.Accelerator.NumMultiprocessors * Threads);
        var run = session.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, long, int, int>(ReadTwice);
        long address = x.View.LoadEffectiveAddressAsPtr().ToInt64();
        string Of(int groupsOfAMultiprocessor)
        {
            int groups = groupsOfAMultiprocessor * session.Accelerator.NumMultiprocessors;
            double Seconds(int prefetch) => FactClock.Seconds(session, () =>
                run(session.Stream, new KernelConfig(groups, Threads), x.View, output.View, address, tiles, prefetch));
            double without = Seconds(0), with = Seconds(1), bytes = 4.0 * tiles * TileFloats;
            return string.Create(CultureInfo.InvariantCulture,
                $"{groupsOfAMultiprocessor} group(s) a multiprocessor: {1e3 * without:F3} ms without ({bytes / without / 1e9:F0} GB/s), {1e3 * with:F3} ms with ({bytes / with / 1e9:F0} GB/s)");
        }
        return $"{Of(1)}; {Of(4)}";
    }

    // x: [tiles][16 x 1056], output: one value a thread. Groups of 352. Two readings and 16 multiply-adds an element.
    internal static void ReadTwice(ArrayView<float> x, ArrayView<float> output, long address, int tiles, int prefetch)
    {
        float sum = 0;
        for (int tile = Grid.IdxX; tile < tiles; tile += Grid.DimX)
        {
            int next = tile + Grid.DimX;
            if (CudaAsm.IsSupported && prefetch != 0 && next < tiles)
            {
                long line = address + (long)next * (TileFloats * 4) + Group.IdxX * 128L;
                for (int i = Group.IdxX; i < TileFloats / 32; i += Threads)
                {
                    CudaAsm.Emit("prefetch.global.L2 [%0];", line);
                    line += Threads * 128L;
                }
            }
            var from = x.SubView((long)tile * TileFloats, TileFloats);
            for (int i = Group.IdxX; i < TileFloats; i += Threads) sum = Work(from[i], sum);
            Group.Barrier();
            for (int i = Group.IdxX; i < TileFloats; i += Threads) sum = Work(from[i], sum);
            Group.Barrier();
        }
        output[Grid.GlobalIndex.X] = sum;
    }

    private static float Work(float value, float sum)
    {
        float a = value, b = value + 1;
        a = a * 0.5f + sum; b = b * 0.5f + sum; a = a * 0.5f + b; b = b * 0.5f + a;
        a = a * 0.5f + value; b = b * 0.5f + value; a = a * 0.5f + b; b = b * 0.5f + a;
        return a + b;
    }
}
