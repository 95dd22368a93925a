using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using GpuNmf.Kernels;
using GpuNmf.Kernels.Nmf;
using Xunit;

namespace GpuNmf.Tests.Kernels;

/// <summary>However many frames the strip pass takes together, each sum has the same order and so the same bits.</summary>
public sealed unsafe class StripBlockTests
{
    private const int Frames = 16, Bins = 96, Pitch = 128, RankPitch = 32;

    public static TheoryData<int> Ranks => [1, 2, 3, 7, 8, 9, 17, 24];

    [Theory]
    [MemberData(nameof(Ranks))]
    public void EightFramesGiveTheBitsOfTwoTimesFour(int rank) => RequireEqual(Run<StripFourFrames>(rank), Run<StripEightFrames>(rank));

    [Theory]
    [MemberData(nameof(Ranks))]
    public void SixteenFramesGiveTheBitsOfFourTimesFour(int rank) => RequireEqual(Run<StripFourFrames>(rank), Run<StripSixteenFrames>(rank));

    private static void RequireEqual(Result expected, Result actual)
    {
        Assert.Equal(expected.Terms, actual.Terms);
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.Equal(expected.OverBins, actual.OverBins);
        Assert.Equal(expected.OverFrames, actual.OverFrames);
    }

    private static Result Run<TBlock>(int rank) where TBlock : IStripBlock
    {
        var random = new Random(rank);
        using var x = Filled(random, Frames * Pitch);
        using var templates = Filled(random, RankPitch * Pitch);
        using var activations = Filled(random, Frames * RankPitch);
        using var plane = new Room(TBlock.Frames * TBlock.Bins);
        using var target = Filled(random, RankPitch * Pitch);
        var result = new Result();
        var args = new PassArgs { Pitch = Pitch, Rank = rank, RankPitch = RankPitch, Epsilon = 1e-10f, Beta = 1 };
        var sums = stackalloc Vector512<float>[TBlock.Frames * RankPitch];
        var losses = stackalloc Vector512<float>[TBlock.Frames];
        var tile = new StripTile<Vector512<float>> { NumeratorPlane = plane.First, DenominatorPlane = plane.First, Numerators = sums, Denominators = sums };
        for (int frame = 0; frame < Frames; frame += TBlock.Frames)
        {
            new Span<Vector512<float>>(losses, TBlock.Frames).Clear();
            new Span<Vector512<float>>(sums, TBlock.Frames * RankPitch).Clear();
            float* h = activations.First + frame * RankPitch;
            TBlock.Form<Vector512<float>, Lanes512, KullbackLeibler, InnerLossPass>(args, x.First + frame * Pitch, templates.First, h, Bins, tile, losses);
            TBlock.OverBins<Vector512<float>, Lanes512>(plane.First, TBlock.Bins, templates.First, Pitch, rank, Bins, sums);
            TBlock.OverFrames<Vector512<float>, Lanes512>(plane.First, TBlock.Bins, h, RankPitch, rank, Bins, target.First, Pitch, isFirst: frame == 0, null);
            for (int f = 0; f < TBlock.Frames; f++)
            {
                result.Terms.AddRange(new Span<float>(plane.First + f * TBlock.Bins, Bins));
                result.Losses.Add(Lanes512.Sum(losses[f]));
                for (int k = 0; k < rank; k++) result.OverBins.Add(Lanes512.Sum(sums[TBlock.Frames * k + f]));
            }
        }
        for (int k = 0; k < rank; k++) result.OverFrames.AddRange(new Span<float>(target.First + k * Pitch, Bins));
        return result;
    }

    private static Room Filled(Random random, int length)
    {
        var room = new Room(length);
        for (int i = 0; i < length; i++) room.First[i] = random.NextSingle();
        return room;
    }

    private sealed class Result
    {
        internal List<float> Terms { get; } = [];
        internal List<float> Losses { get; } = [];
        internal List<float> OverBins { get; } = [];
        internal List<float> OverFrames { get; } = [];
    }

    private sealed class Room(int length) : IDisposable
    {
        internal float* First { get; } = (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64);

        public void Dispose() => NativeMemory.AlignedFree(First);
    }
}
