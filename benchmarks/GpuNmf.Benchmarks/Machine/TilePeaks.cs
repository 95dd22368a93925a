using System.Diagnostics;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuNmf.Benchmarks.Machine;

/// <summary>Peaks of a GPU, or of whatever runs tile kernels: a copy within its memory, and multiply-adds in registers.</summary>
internal static class TilePeaks
{
    private const int GroupThreads = 256;
    private const int Repetitions = 10;

    /// <summary>Multiply-adds of a thread: eight chains, four times a turn.</summary>
    private const int Turns = 2048, ChainsOfATurn = 32;

    internal static Peaks Measure(DeviceSession session)
    {
        double free = Math.Max(0, session.Entry.MemoryBytes - session.LiveBytes);
        // A simulated device or a driver for CPUs copies slowly, and small buffers say as much there.
        double[] megabytes = session.Kind == "cuda" ? [16, 64, 256, 1024, 4096] : [16, 64];
        return new Peaks(Flops(session), [.. megabytes.Where(size => 2e6 * size < 0.8 * free).Select(size => Memory(session, (long)(size * 1e6 / 4)))]);
    }

    private static Bandwidth Memory(DeviceSession session, long floats)
    {
        using var from = session.Allocate<float>(floats);
        using var to = session.Allocate<float>(floats);
        double seconds = Best(session, () => to.View.CopyFrom(session.Stream, from.View));
        return new Bandwidth(4.0 * floats, 0, 8.0 * floats / seconds);
    }

    private static double Flops(DeviceSession session)
    {
        var run = session.Accelerator.LoadKernel<ArrayView<float>, int, float>(MultiplyAdds);
        int group = Math.Min(GroupThreads, session.Accelerator.MaxNumThreadsPerGroup), groups = 16 * session.Accelerator.NumMultiprocessors;
        int turns = session.Kind == "cuda" ? Turns : Turns / 16;
        using var output = session.Allocate<float>((long)groups * group);
        double seconds = Best(session, () => run(session.Stream, new KernelConfig(groups, group), output.View, turns, 0.999f));
        return 2.0 * ChainsOfATurn * turns * groups * group / seconds;
    }

    private static double Best(DeviceSession session, Action enqueue)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < Repetitions; i++)
        {
            session.Synchronize();
            long start = Stopwatch.GetTimestamp();
            enqueue();
            session.Synchronize();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    // output: one value a thread. Any group size. 64 flops a turn, nothing read.
    internal static void MultiplyAdds(ArrayView<float> output, int turns, float x)
    {
        float y = 1e-3f * ILGPU.Group.IdxX;
        float a = y, b = y + 1, c = y + 2, d = y + 3, e = y + 4, f = y + 5, g = y + 6, h = y + 7;
        for (int n = 0; n < turns; n++)
        {
            a = a * x + y; b = b * x + y; c = c * x + y; d = d * x + y; e = e * x + y; f = f * x + y; g = g * x + y; h = h * x + y;
            a = a * x + y; b = b * x + y; c = c * x + y; d = d * x + y; e = e * x + y; f = f * x + y; g = g * x + y; h = h * x + y;
            a = a * x + y; b = b * x + y; c = c * x + y; d = d * x + y; e = e * x + y; f = f * x + y; g = g * x + y; h = h * x + y;
            a = a * x + y; b = b * x + y; c = c * x + y; d = d * x + y; e = e * x + y; f = f * x + y; g = g * x + y; h = h * x + y;
        }
        output[Grid.GlobalIndex.X] = a + b + c + d + e + f + g + h;
    }
}
