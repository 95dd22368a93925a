using ILGPU;

namespace GpuNmf.Kernels.Nmf;

/// <summary>How a group takes a slice through <see cref="TileOnePassKernel"/>.</summary>
internal interface IOnePassForm
{
    /// <summary>Threads of a group, in quarters of 32 lanes; a tile is four frames a quarter.</summary>
    static abstract int Threads { get; }

    /// <summary>True: quarters are warps of 32 lanes, and three columns a thread hold every pitch that the form is for,
    /// 2 <see cref="Threads"/> + 1 to 3 <see cref="Threads"/>. False: no warps, any pitch.</summary>
    static abstract bool HasWarps { get; }

    /// <summary>Floats of shared memory that <see cref="AddLanes"/> takes for a rank class.</summary>
    static abstract int LaneFloats(int rank);

    /// <summary>What a lane of a quarter has written to shared memory, the others may read. Every thread of the group must call it.</summary>
    static abstract void SyncQuarter();

    /// <summary>Adds four frames' sums over the lanes of each quarter. Every thread of the group must call it; afterwards lane l may read
    /// sums l, l + 32, ... of its quarter.</summary>
    /// <param name="lanes">Room for <see cref="LaneFloats"/> floats, not in use by any thread.</param>
    /// <param name="sums">Receives the quarter's sums [4][K'].</param>
    /// <param name="frames">This lane's own sums.</param>
    static abstract void AddLanes<TTile>(ArrayView<float> lanes, ArrayView<float> sums, FourRows<TTile> frames) where TTile : struct, IRegisterTile<TTile>;
}

/// <summary>The forms by name, for the host.</summary>
internal enum OnePassGroup
{
    Small,
    SixWarps,
    TwelveWarps,
}

/// <summary>A register tile for each of four rows.</summary>
internal struct FourRows<TTile> where TTile : struct, IRegisterTile<TTile>
{
    public TTile A;
    public TTile B;
    public TTile C;
    public TTile D;

    /// <inheritdoc cref="RegisterTiles.Mark"/>
    public int Mark;
}

/// <summary>128 threads, no warps assumed, any pitch: every device, and short recordings.</summary>
internal readonly struct SmallGroups : IOnePassForm
{
    private const int Lanes = 32;

    /// <summary>Floats between the rows of the reduction, odd so that lanes meet different banks.</summary>
    private const int LanePitch = Lanes + 1;

    public static int Threads => 128;

    public static bool HasWarps => false;

    public static int LaneFloats(int rank) => Threads / Lanes * 4 * rank * LanePitch;

    public static void SyncQuarter() => Group.Barrier();

    /// <summary>Through shared memory: a column a lane, a row a sum; four sums of every fourth lane, (a + b) + (c + d).</summary>
    public static void AddLanes<TTile>(ArrayView<float> lanes, ArrayView<float> sums, FourRows<TTile> frames) where TTile : struct, IRegisterTile<TTile>
    {
        int lane = Group.IdxX & (Lanes - 1), rank = 4 * TTile.Quads;
        var own = lanes.SubView(Group.IdxX / Lanes * 4 * rank * LanePitch);
        TTile.Scatter(own, lane, LanePitch, frames.A);
        TTile.Scatter(own, rank * LanePitch + lane, LanePitch, frames.B);
        TTile.Scatter(own, 2 * rank * LanePitch + lane, LanePitch, frames.C);
        TTile.Scatter(own, 3 * rank * LanePitch + lane, LanePitch, frames.D);
        Group.Barrier();
        for (int r = lane; r < 4 * rank; r += Lanes) sums[r] = RowSum(own, r);
    }

    private static float RowSum(ArrayView<float> lanes, int row)
    {
        var v = lanes.SubView(row * LanePitch);
        float a = 0f, b = 0f, c = 0f, d = 0f;
        for (int i = 0; i < Lanes; i += 4)
        {
            a += v[0];
            b += v[1];
            c += v[2];
            d += v[3];
            if (i + 4 < Lanes) v = v.SubView(4);
        }
        return a + b + (c + d);
    }
}

/// <summary>384 threads in warps of 32 (CUDA): 48 frames a tile, pitches 769 to 1152.</summary>
internal readonly struct TwelveWarps : IOnePassForm
{
    public static int Threads => 384;

    public static bool HasWarps => true;

    public static int LaneFloats(int rank) => 1;

    public static void SyncQuarter() => Warp.Barrier();

    public static void AddLanes<TTile>(ArrayView<float> lanes, ArrayView<float> sums, FourRows<TTile> frames) where TTile : struct, IRegisterTile<TTile> =>
        WarpSums.Store(sums, frames);
}

/// <summary>192 threads in warps of 32 (CUDA): 24 frames a tile, pitches 385 to 576.</summary>
internal readonly struct SixWarps : IOnePassForm
{
    public static int Threads => 192;

    public static bool HasWarps => true;

    public static int LaneFloats(int rank) => 1;

    public static void SyncQuarter() => Warp.Barrier();

    public static void AddLanes<TTile>(ArrayView<float> lanes, ArrayView<float> sums, FourRows<TTile> frames) where TTile : struct, IRegisterTile<TTile> =>
        WarpSums.Store(sums, frames);
}

/// <summary>Sums over the lanes of a warp by shuffles: each exchange adds two lanes and halves what a lane holds.</summary>
internal static class WarpSums
{
    /// <summary>Lanes 16, 8, 2, 1 and 4 apart, in this order.</summary>
    internal static void Store<TTile>(ArrayView<float> sums, FourRows<TTile> frames) where TTile : struct, IRegisterTile<TTile>
    {
        int lane = Group.IdxX & 31;
        bool upper = (lane & 16) != 0;
        TTile even = TTile.AddAcross(frames.A, frames.C, upper, 16), odd = TTile.AddAcross(frames.B, frames.D, upper, 16);
        TTile own = TTile.AddAcross(even, odd, (lane & 8) != 0, 8);
        TTile.StoreSumOfEight(sums, lane / 8 * 4 * TTile.Quads, lane, own);
        Warp.Barrier();
    }
}
