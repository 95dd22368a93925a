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

    /// <summary>A denominator of its own, its powers in a loop of their own, none of either, with the loss and without.</summary>
    [Theory]
    [MemberData(nameof(Ranks))]
    public void Eight_frames_give_the_bits_of_two_times_four(int rank)
    {
        RequireEqual(Run<StripFourFrames, KullbackLeibler, InnerLossPass>(rank), Run<StripEightFrames, KullbackLeibler, InnerLossPass>(rank));
        RequireEqual(Run<StripFourFrames, KullbackLeibler, InnerPass>(rank), Run<StripEightFrames, KullbackLeibler, InnerPass>(rank));
        RequireEqual(Run<StripFourFrames, ItakuraSaito, InnerPass>(rank), Run<StripEightFrames, ItakuraSaito, InnerPass>(rank));
        RequireEqual(Run<StripFourFrames, AnyBeta, InnerLossPass>(rank), Run<StripEightFrames, AnyBeta, InnerLossPass>(rank));
    }

    [Theory]
    [MemberData(nameof(Ranks))]
    public void Sixteen_frames_give_the_bits_of_four_times_four(int rank)
    {
        RequireEqual(Run<StripFourFrames, Frobenius, InnerLossPass>(rank), Run<StripSixteenFrames, Frobenius, InnerLossPass>(rank));
        RequireEqual(Run<StripFourFrames, KullbackLeibler, InnerPass>(rank), Run<StripSixteenFrames, KullbackLeibler, InnerPass>(rank));
        RequireEqual(Run<StripFourFrames, KullbackLeibler, InnerLossPass>(rank), Run<StripFourTimesFour, KullbackLeibler, InnerLossPass>(rank));
        RequireEqual(Run<StripFourFrames, AnyBeta, InnerPass>(rank), Run<StripFourTimesFour, AnyBeta, InnerPass>(rank));
    }

    /// <summary>Least squares contracts X itself, some bins at a time; 1056 bins are three blocks.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Bins_in_blocks_give_the_bits_of_all_at_once(int rank)
    {
        const int ManyBins = 1056, Cells = 16 * RankPitch;
        var random = new Random(rank);
        using var x = Filled(random, 16 * ManyBins);
        using var templates = Filled(random, rank * ManyBins);
        var sums = stackalloc Vector512<float>[2 * Cells];
        new Span<Vector512<float>>(sums, 2 * Cells).Clear();

        StripSixteenFrames.OverBins<Vector512<float>, Lanes512>(x.First, ManyBins, templates.First, ManyBins, rank, ManyBins, sums);
        for (int bin = 0; bin < ManyBins; bin += StripSixteenFrames.Bins)
        {
            int bins = Math.Min(StripSixteenFrames.Bins, ManyBins - bin);
            Assert.InRange(bins, 1, ManyBins / 2);
            StripSixteenFrames.OverBins<Vector512<float>, Lanes512>(x.First + bin, ManyBins, templates.First + bin, ManyBins, rank, bins, sums + Cells);
        }

        Assert.Equal(new Span<Vector512<float>>(sums, 16 * rank).ToArray(), new Span<Vector512<float>>(sums + Cells, 16 * rank).ToArray());
        Assert.NotEqual(default, sums[0]);
    }

    private static void RequireEqual(Result expected, Result actual)
    {
        Assert.Equal(expected.Terms, actual.Terms);
        Assert.Equal(expected.Losses, actual.Losses);
        Assert.Equal(expected.OverBins, actual.OverBins);
        Assert.Equal(expected.OverFrames, actual.OverFrames);
    }

    private static Result Run<TBlock, TDivergence, TPass>(int rank) where TBlock : IStripBlock where TDivergence : IDivergence where TPass : IPass
    {
        var random = new Random(rank);
        using var x = Filled(random, Frames * Pitch);
        using var templates = Filled(random, RankPitch * Pitch);
        using var activations = Filled(random, Frames * RankPitch);
        using Room plane = new(TBlock.Frames * TBlock.Bins), denominators = new(TBlock.Frames * TBlock.Bins);
        using var target = Filled(random, RankPitch * Pitch);
        var result = new Result();
        var args = new PassArgs { Pitch = Pitch, Rank = rank, RankPitch = RankPitch, Epsilon = 1e-10f, Beta = 0.7f };
        var sums = stackalloc Vector512<float>[TBlock.Frames * RankPitch];
        var losses = stackalloc Vector512<float>[TBlock.Frames];
        var tile = new StripTile<Vector512<float>> { NumeratorPlane = plane.First, DenominatorPlane = denominators.First, Numerators = sums, Denominators = sums };
        for (int frame = 0; frame < Frames; frame += TBlock.Frames)
        {
            new Span<Vector512<float>>(losses, TBlock.Frames).Clear();
            new Span<Vector512<float>>(sums, TBlock.Frames * RankPitch).Clear();
            float* h = activations.First + frame * RankPitch;
            float* cells = x.First + frame * Pitch;
            TBlock.Form<Vector512<float>, Lanes512, TDivergence, TPass>(args, cells, templates.First, h, Bins, tile, losses);
            float* contracted = TDivergence.UsesGram ? cells : plane.First;
            int stride = TDivergence.UsesGram ? Pitch : TBlock.Bins;
            TBlock.OverBins<Vector512<float>, Lanes512>(contracted, stride, templates.First, Pitch, rank, Bins, sums);
            StripOverFrames.Add<Vector512<float>, Lanes512>(contracted, stride, h, RankPitch, rank, Bins, target.First, Pitch, isFirst: frame == 0, next: frame % 32 == 0 ? cells : null, TBlock.Frames);
            for (int f = 0; f < TBlock.Frames; f++)
            {
                if (!TDivergence.UsesGram) result.Terms.AddRange(new Span<float>(plane.First + f * TBlock.Bins, Bins));
                if (TDivergence.HasDenominator) result.Terms.AddRange(new Span<float>(denominators.First + f * TBlock.Bins, Bins));
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
