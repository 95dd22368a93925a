using System.Runtime.CompilerServices;
using GpuNmf.Devices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Frontend;

namespace GpuNmf.Kernels.Nmf;

/// <summary>X and what is measured or done once before the first pass.</summary>
internal struct ConditionArgs
{
    /// <summary>X [rows][P]; scaled in place.</summary>
    public ArrayView<float> X;

    /// <summary>Receives the sum of each row [rows].</summary>
    public ArrayView<float> RowSums;

    /// <summary>Receives the largest cell of each row [rows].</summary>
    public ArrayView<float> RowMaxima;

    public int Bins;
    public int Pitch;
    public int Frames;

    /// <summary>Power of two that X is multiplied by.</summary>
    public float Scale;

    /// <summary>Least value of a cell after scaling; 0 keeps all.</summary>
    public float Floor;

    /// <summary>Rows of a strip (strip form).</summary>
    public int StripRows;

    /// <summary>Some rows of X, of which nothing is measured yet.</summary>
    /// <param name="x">[rows][P], <paramref name="frames"/> at least.</param>
    /// <param name="bins">F.</param>
    /// <param name="frames">Rows to take.</param>
    internal static ConditionArgs Of(DeviceBuffer<float> x, int bins, int frames) => new()
    {
        X = x.View,
        // Scaling writes neither; a driver is not given an empty view.
        RowSums = x.View,
        RowMaxima = x.View,
        Bins = bins,
        Pitch = NmfGeometry.PitchOf(bins),
        Frames = frames,
    };
}

/// <summary>Row sums and maxima of X, and its scaling; strip and tile forms. 4 B read (and 4 written) an element.</summary>
internal static unsafe class ConditionKernels
{
    /// <summary>Threads of a tile group, a power of two.</summary>
    internal const int Group = 128;

    /// <summary>Launch with one group of one thread a strip of rows.</summary>
    public static void MeasureStrip<TVector, TLanes>(ConditionArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        MeasureRows<TVector, TLanes>(args, Grid.IdxX);

    /// <summary>As <see cref="MeasureStrip"/>.</summary>
    public static void ApplyStrip<TVector, TLanes>(ConditionArgs args) where TVector : unmanaged where TLanes : ILanes<TVector> =>
        ApplyRows<TVector, TLanes>(args, Grid.IdxX);

    /// <summary>Launch with one group of <see cref="Group"/> threads a row.</summary>
    public static void MeasureTile(ConditionArgs args)
    {
        var sums = SharedMemory.Allocate<float>(Group);
        var maxima = SharedMemory.Allocate<float>(Group);
        int thread = ThreadOfGroup();
        var row = args.X.SubView((long)Grid.IdxX * args.Pitch, args.Pitch);
        float sum = 0f, max = 0f;
        for (int f = thread; f < args.Bins; f += Group)
        {
            float x = row[f];
            sum += x;
            max = XMath.Max(max, x);
        }
        sums[thread] = sum;
        maxima[thread] = max;
        ILGPU.Group.Barrier();
        for (int half = Group / 2; half > 0; half /= 2)
        {
            if (thread < half)
            {
                sums[thread] += sums[thread + half];
                maxima[thread] = XMath.Max(maxima[thread], maxima[thread + half]);
            }
            ILGPU.Group.Barrier();
        }
        if (thread == 0)
        {
            args.RowSums[Grid.IdxX] = sums[0];
            args.RowMaxima[Grid.IdxX] = maxima[0];
        }
    }

    /// <summary>As <see cref="MeasureTile"/>.</summary>
    public static void ApplyTile(ConditionArgs args)
    {
        var row = args.X.SubView((long)Grid.IdxX * args.Pitch, args.Pitch);
        for (int f = ThreadOfGroup(); f < args.Bins; f += Group) row[f] = XMath.Max(row[f] * args.Scale, args.Floor);
    }

    private static int ThreadOfGroup() => ILGPU.Group.IdxX;

    [External("measure_rows")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MeasureRows<TVector, TLanes>(ConditionArgs args, int strip) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int end = Math.Min(args.Frames, (strip + 1) * args.StripRows);
        for (int row = strip * args.StripRows; row < end; row++)
        {
            float* x = args.X.Pointer() + (long)row * args.Pitch;
            TVector sum = default, max = default;
            for (int f = 0; f < args.Pitch; f += TLanes.Count)
            {
                var cell = TLanes.Load(x + f);
                sum = TLanes.Add(sum, cell);
                max = TLanes.Max(max, cell);
            }
            args.RowSums.Pointer()[row] = TLanes.Sum(sum);
            args.RowMaxima.Pointer()[row] = TLanes.MaxLane(max);
        }
    }

    [External("condition_rows")]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ApplyRows<TVector, TLanes>(ConditionArgs args, int strip) where TVector : unmanaged where TLanes : ILanes<TVector>
    {
        int end = Math.Min(args.Frames, (strip + 1) * args.StripRows);
        TVector scale = TLanes.Broadcast(args.Scale), floor = TLanes.Broadcast(args.Floor);
        int whole = args.Bins / TLanes.Count * TLanes.Count;
        for (int row = strip * args.StripRows; row < end; row++)
        {
            float* x = args.X.Pointer() + (long)row * args.Pitch;
            for (int f = 0; f < whole; f += TLanes.Count)
                TLanes.Store(TLanes.Max(TLanes.Multiply(TLanes.Load(x + f), scale), floor), x + f);
            for (int f = whole; f < args.Bins; f++) x[f] = Math.Max(x[f] * args.Scale, args.Floor);
        }
    }
}
