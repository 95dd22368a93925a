using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using Xunit;

namespace GpuNmf.Tests.Nmf;

/// <summary>The one pass of the tile form reads ahead, behind its last tile too: what it reads there is part of X.</summary>
public sealed class SpareRowsTests
{
    /// <summary>Short slices and long ones; every place of the last frame in the blocks that rows are rounded to, at short and long recordings.</summary>
    public static TheoryData<int, int> Cases => new(
        from bins in (int[])[1, 33, 65, 385, 513, 769, 1025, 1152, 16385]
        from first in (int[])[1, NmfGeometry.ShortTileFrames - 400, NmfGeometry.ShortTileFrames + 1, 309_600]
        select (bins, first));

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_one_pass_stays_within_x(int bins, int firstFrames)
    {
        for (int frames = firstFrames; frames < firstFrames + 400; frames++)
        {
            RequireWithin<SmallGroups>(bins, frames);
            if (frames <= NmfGeometry.ShortTileFrames) continue;
            if (NmfGeometry.PitchOf(bins) is > 384 and <= 576) RequireWithin<SixWarps>(bins, frames);
            if (NmfGeometry.PitchOf(bins) is > 768 and <= 1152) RequireWithin<TwelveWarps>(bins, frames);
        }
    }

    private static void RequireWithin<TForm>(int bins, int frames) where TForm : struct, IOnePassForm
    {
        var geometry = NmfGeometry.Of(bins, frames, NmfGeometry.TileOnePassRank, KernelForm.Tile);
        int tile = TileOnePassKernel.FramesOf<TForm>();
        Assert.Equal(0, geometry.SliceFrames % tile);
        long begin = (long)(geometry.Slices - 1) * geometry.SliceFrames, end = begin + (frames - begin + tile - 1) / tile * tile;
        // Activations: each of a quarter's rows three steps of the lanes ahead. Templates: some frames ahead, in columns that may lie behind the pitch.
        long byActivations = end * geometry.Pitch + TileOnePassKernel.StepsAhead * TileOnePassKernel.Lanes;
        long byTemplates = (end + OnePassColumns.Ahead) * geometry.Pitch + (TForm.HasWarps ? OnePassColumns.Count * TForm.Threads - geometry.Pitch : 0);
        Assert.InRange(Math.Max(byActivations, byTemplates), 1, (long)geometry.Rows * geometry.Pitch);
    }
}
