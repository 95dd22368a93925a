using System.Globalization;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>A factorisation to be timed: uniform random X and start from a seed, the same for every divergence. X is made block by block.</summary>
internal sealed class IterationProblem
{
    internal const int Seed = 1;

    /// <summary>Divergences below 1 raise X to a floor; these entries are above it, so that every program factorises the same X.</summary>
    private const float Least = 1e-6f;

    private const int BlockFrames = 1024;

    internal IterationProblem(IterationShape shape, double beta, NmfSolver solver = NmfSolver.MultiplicativeUpdate)
    {
        Shape = shape;
        Beta = beta;
        Solver = solver;
        Templates = Uniform(new Random(Seed), shape.Bins, shape.Rank);
        Activations = Uniform(new Random(Seed + 1), shape.Rank, shape.Frames);
    }

    internal IterationShape Shape { get; }

    internal double Beta { get; }

    internal NmfSolver Solver { get; }

    internal float[,] Templates { get; }

    internal float[,] Activations { get; }

    /// <summary>X, bins x frames.</summary>
    internal float[,] Spectrogram
    {
        get
        {
            var x = new float[Shape.Bins, Shape.Frames];
            ForEachBlock(Shape.Bins, (first, rows) =>
            {
                for (int t = 0; t < rows.Length / Shape.Bins; t++)
                    for (int f = 0; f < Shape.Bins; f++)
                        x[f, first + t] = rows[t * Shape.Bins + f];
            });
            return x;
        }
    }

    internal NmfOptions Options(int iterations) => new()
    {
        Rank = Shape.Rank,
        Beta = Beta,
        Solver = Solver,
        MaxIterations = iterations,
        Tolerance = 0,
        InitialTemplates = Templates,
        InitialActivations = Activations,
    };

    /// <summary>The same from random starts, whose seeds begin at <see cref="Seed"/>.</summary>
    internal NmfOptions RandomStarts(int iterations, int models) =>
        Options(iterations) with { InitialTemplates = null, InitialActivations = null, Seed = Seed, Restarts = models };

    internal NmfGeometry Geometry(DeviceSession session) => NmfGeometry.Of(Shape.Bins, Shape.Frames, Shape.Rank, session.Form);

    /// <summary>X as the kernels read it; a factorisation scales it in place.</summary>
    internal DeviceBuffer<float> Upload(DeviceSession session)
    {
        var geometry = Geometry(session);
        var buffer = session.Allocate<float>((long)geometry.Rows * geometry.Pitch);
        ForEachBlock(geometry.Pitch, (first, rows) => buffer.Upload(rows, (long)first * geometry.Pitch));
        return buffer;
    }

    /// <summary>Sum and largest value of each frame of X, 1 x frames, every value changed first, summed in double.</summary>
    internal (float[,] Sums, float[,] Maxima) RowSumsAndMaxima(Func<float, float> change)
    {
        float[,] sums = new float[1, Shape.Frames], maxima = new float[1, Shape.Frames];
        ForEachBlock(Shape.Bins, (first, rows) =>
        {
            for (int t = 0; t < rows.Length / Shape.Bins; t++)
            {
                double sum = 0;
                foreach (float before in rows.Slice(t * Shape.Bins, Shape.Bins))
                {
                    float value = change(before);
                    sum += value;
                    maxima[0, first + t] = Math.Max(maxima[0, first + t], value);
                }
                sums[0, first + t] = (float)sum;
            }
        });
        return (sums, maxima);
    }

    /// <summary>Writes x.npy (frames x bins), w.npy (bins x components) and h.npy (components x frames), for peers.</summary>
    internal void Write(string folder)
    {
        string x = Path.Combine(folder, $"x-{Shape.Frames.ToString(CultureInfo.InvariantCulture)}.npy");
        if (!File.Exists(x)) WriteSpectrogram(x);
        File.Delete(Path.Combine(folder, "x.npy"));
        File.CreateSymbolicLink(Path.Combine(folder, "x.npy"), x);
        NpyFile.Write(Path.Combine(folder, "w.npy"), Templates);
        NpyFile.Write(Path.Combine(folder, "h.npy"), Activations);
    }

    private void WriteSpectrogram(string path)
    {
        var rows = new float[Shape.Frames, Shape.Bins];
        ForEachBlock(Shape.Bins, (first, block) => block.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref rows[first, 0], block.Length)));
        NpyFile.Write(path, rows);
    }

    private delegate void Block(int firstFrame, ReadOnlySpan<float> rows);

    /// <summary>Frames of [frames][pitch], padding zero; a frame's values do not depend on the pitch.</summary>
    private void ForEachBlock(int pitch, Block action)
    {
        var rows = new float[(long)Math.Min(BlockFrames, Shape.Frames) * pitch];
        for (int first = 0; first < Shape.Frames; first += BlockFrames)
        {
            int frames = Math.Min(BlockFrames, Shape.Frames - first);
            int from = first;
            Parallel.For(0, frames, t =>
            {
                var random = new Random(unchecked(Seed * 7919 + from + t));
                foreach (ref float value in rows.AsSpan(t * pitch, Shape.Bins)) value = Math.Max(random.NextSingle(), Least);
            });
            action(first, rows.AsSpan(0, frames * pitch));
        }
    }

    private static float[,] Uniform(Random random, int rows, int columns)
    {
        var values = new float[rows, columns];
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref values[0, 0], values.Length)) value = random.NextSingle();
        return values;
    }
}
