using GpuNmf.Devices;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>Where the spectrogram is for a budget, and how large its blocks are.</summary>
public sealed class SpectrogramPlanTests
{
    private const long Plenty = 1L << 40;

    private static readonly MemoryNeeds s_needs = new(
        Lane.Session(Lane.Cpu), TestSignals.Recording(new float[1_000_000]), new SeparationOptions { Stft = new StftOptions { FftLength = 512, HopLength = 64 }, Nmf = new NmfOptions { Rank = 4 } }, true, 1);

    /// <summary>Bytes on the device that hold everything at once, and not one more.</summary>
    private static long Whole => Math.Max(s_needs.FactorBytes(1) + s_needs.SpectrogramBytes, s_needs.RenderBytes);

    private static SpectrogramPlan For(MemoryBudget budget, out SpectrogramStorage[] choices, SpectrogramStorage asked = SpectrogramStorage.Auto, long freeDisk = Plenty)
    {
        SpectrogramStorage[] seen = [];
        var plan = SpectrogramPlan.For(s_needs, budget, new MemoryOptions { Spectrogram = asked }, offered => (seen = offered)[^1], freeDisk);
        choices = seen;
        return plan;
    }

    [Fact]
    public void It_is_on_the_device_where_it_just_fits()
    {
        Assert.Equal(SpectrogramStorage.Device, For(new MemoryBudget(Whole, Plenty, false), out var choices).Storage);
        Assert.Empty(choices);
        Assert.NotEqual(SpectrogramStorage.Device, For(new MemoryBudget(Whole - 1, Plenty, false), out _).Storage);
        // Memory that is the host's too holds the factors of the host as well.
        Assert.Equal(SpectrogramStorage.Device, For(new MemoryBudget(Whole + s_needs.HostBytes, 0, true), out _).Storage);
        Assert.NotEqual(SpectrogramStorage.Device, For(new MemoryBudget(Whole + s_needs.HostBytes - 1, 0, true), out _).Storage);
    }

    [Fact]
    public void The_quickest_of_those_with_room_is_chosen()
    {
        For(new MemoryBudget(Whole - 1, Plenty, false), out var all);
        Assert.Equal([SpectrogramStorage.Recomputed, SpectrogramStorage.Host, SpectrogramStorage.Disk], all);
        For(new MemoryBudget(Whole - 1, s_needs.HostBytes + s_needs.SpectrogramBytes - 1, false), out var smallHost);
        Assert.Equal([SpectrogramStorage.Recomputed, SpectrogramStorage.Disk], smallHost);
        For(new MemoryBudget(Whole + s_needs.HostBytes - 1, 0, true), out var shared);
        Assert.Equal([SpectrogramStorage.Recomputed, SpectrogramStorage.Disk], shared);
        Assert.Equal(SpectrogramStorage.Recomputed, For(new MemoryBudget(Whole + s_needs.HostBytes - 1, 0, true), out var none, freeDisk: s_needs.SpectrogramBytes).Storage);
        Assert.Empty(none);
    }

    [Theory]
    [InlineData(SpectrogramStorage.Host)]
    [InlineData(SpectrogramStorage.Disk)]
    [InlineData(SpectrogramStorage.Recomputed)]
    public void What_was_asked_for_is_done_although_it_would_fit(SpectrogramStorage asked) =>
        Assert.Equal(asked, For(new MemoryBudget(Plenty, Plenty, false), out _, asked).Storage);

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Blocks_are_as_large_as_fit(double share)
    {
        long device = s_needs.FactorBytes(1) + (long)(share * s_needs.SpectrogramBytes);
        var plan = For(new MemoryBudget(device, Plenty, false), out _);

        Assert.InRange(s_needs.FactorBytes(plan.Models) + s_needs.BlockBytes(plan.BlockRows), 0, device);
        // Rows come in fours.
        Assert.True(s_needs.FactorBytes(plan.Models) + s_needs.BlockBytes(plan.BlockRows + 4) > device);
        Assert.Equal((s_needs.Rows + plan.BlockRows - 1) / plan.BlockRows, plan.Blocks(s_needs.Rows));
        Assert.Equal(s_needs.Rows - 2.0 * plan.BlockRows, plan.RowsBrought(s_needs.Rows));
    }

    [Fact]
    public void Two_blocks_of_a_slice_must_fit()
    {
        long least = Math.Max(s_needs.FactorBytes(1) + s_needs.BlockBytes(s_needs.LeastRows), s_needs.RenderBytes);

        Assert.Equal(s_needs.LeastRows, For(new MemoryBudget(least, Plenty, false), out _).BlockRows);
        Assert.Throws<DeviceMemoryException>(() => For(new MemoryBudget(least - 1, Plenty, false), out _));
    }

    [Fact]
    public void A_spectrogram_that_must_be_on_the_device_must_fit()
    {
        Assert.Equal(SpectrogramStorage.Device, For(new MemoryBudget(Whole, Plenty, false), out _, SpectrogramStorage.Device).Storage);
        var error = Assert.Throws<DeviceMemoryException>(() => For(new MemoryBudget(Whole - 1, Plenty, false), out _, SpectrogramStorage.Device));
        Assert.Contains($"The spectrogram takes {s_needs.SpectrogramBytes / 1048576.0:F0} MiB on the device beside", error.Message, StringComparison.Ordinal);
        Assert.Contains("the limit (LimitBytes) leaves", error.Message, StringComparison.Ordinal);
    }

    /// <summary>On a device that shares the host's memory, X is in the same memory as the blocks that pass.</summary>
    [Fact]
    public void A_spectrogram_in_the_hosts_memory_counts_against_the_limit()
    {
        long least = Math.Max(s_needs.FactorBytes(1) + s_needs.BlockBytes(s_needs.LeastRows) + s_needs.SpectrogramBytes, s_needs.RenderBytes) + s_needs.HostBytes;
        var plan = For(new MemoryBudget(least + 100 * s_needs.RowBytes, least + 100 * s_needs.RowBytes, true), out _, SpectrogramStorage.Host);
        Assert.InRange(s_needs.FactorBytes(plan.Models) + s_needs.BlockBytes(plan.BlockRows) + s_needs.SpectrogramBytes + s_needs.HostBytes, 0, least + 100 * s_needs.RowBytes);
        Assert.Equal(s_needs.LeastRows, For(new MemoryBudget(least, least, true), out _, SpectrogramStorage.Host).BlockRows);

        var tight = Assert.Throws<DeviceMemoryException>(() => For(new MemoryBudget(least - 1, least - 1, true), out _, SpectrogramStorage.Host));
        Assert.Contains("another place for the spectrogram", tight.Message, StringComparison.Ordinal);
        long host = s_needs.HostBytes + s_needs.SpectrogramBytes;
        var shared = Assert.Throws<DeviceMemoryException>(() => For(new MemoryBudget(host - 1, host - 1, true), out _, SpectrogramStorage.Host));
        Assert.Contains("the limit (LimitBytes) leaves them", shared.Message, StringComparison.Ordinal);
        Assert.Equal(SpectrogramStorage.Host, For(new MemoryBudget(Plenty, host, false), out _, SpectrogramStorage.Host).Storage);
        var own = Assert.Throws<DeviceMemoryException>(() => For(new MemoryBudget(Plenty, host - 1, false), out _, SpectrogramStorage.Host));
        Assert.Contains("have the spectrogram recomputed or on disk", own.Message, StringComparison.Ordinal);
    }

    /// <summary>Stems of many channels take more than a short factorisation: nothing is begun that cannot be written.</summary>
    [Theory]
    [InlineData(SpectrogramStorage.Auto)]
    [InlineData(SpectrogramStorage.Device)]
    [InlineData(SpectrogramStorage.Disk)]
    public void Stems_must_fit_too(SpectrogramStorage asked)
    {
        var needs = new MemoryNeeds(
            Lane.Session(Lane.Cpu), TestSignals.Recording([.. Enumerable.Repeat(new float[2000], 40)]),
            new SeparationOptions { Stft = new StftOptions { FftLength = 512, HopLength = 512 }, Nmf = new NmfOptions { Rank = 4 } }, true, 1);
        Assert.True(needs.RenderBytes > needs.FactorBytes(1) + needs.SpectrogramBytes + needs.BlockBytes(needs.LeastRows));
        SpectrogramPlan Plan(long bytes) =>
            SpectrogramPlan.For(needs, new MemoryBudget(bytes, Plenty, false), new MemoryOptions { Spectrogram = asked }, offered => offered[0], Plenty);

        Assert.Equal(asked == SpectrogramStorage.Disk ? asked : SpectrogramStorage.Device, Plan(needs.RenderBytes).Storage);
        Assert.Contains("takes at least", Assert.Throws<DeviceMemoryException>(() => Plan(needs.RenderBytes - 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>The batches of a checkpoint are not cut anew.</summary>
    [Fact]
    public void Models_of_a_checkpoint_are_all_there_or_it_is_said()
    {
        var needs = new MemoryNeeds(
            Lane.Session(Lane.Cpu), TestSignals.Recording(new float[100_000]),
            new SeparationOptions { Stft = new StftOptions { FftLength = 512, HopLength = 64 }, Nmf = new NmfOptions { Rank = 4, Restarts = 5 } }, true, 5);
        var memory = new MemoryOptions { Models = 5 };
        long least = Math.Max(needs.FactorBytes(5) + needs.BlockBytes(needs.LeastRows), needs.RenderBytes);
        SpectrogramPlan Plan(long bytes) => SpectrogramPlan.For(needs, new MemoryBudget(bytes, Plenty, false), memory, offered => offered[0], Plenty);

        Assert.Equal(5, Plan(least).Models);
        Assert.Contains("with the 5 starts side by side of its checkpoint", Assert.Throws<DeviceMemoryException>(() => Plan(least - 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_refuses_gets_half()
    {
        var plan = new SpectrogramPlan(SpectrogramStorage.Device, 1000, 1, 0);

        Assert.Equal(new SpectrogramPlan(SpectrogramStorage.Recomputed, 500, 1, 0), plan.Smaller(64));
        Assert.Equal(64, plan.Smaller(64).Smaller(64).Smaller(64).Smaller(64).Smaller(64).BlockRows);
        Assert.Equal(SpectrogramStorage.Disk, (plan with { Storage = SpectrogramStorage.Disk }).Smaller(64).Storage);
    }
}
