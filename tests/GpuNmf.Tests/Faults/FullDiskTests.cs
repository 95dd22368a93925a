using GpuNmf.Audio;
using GpuNmf.Checkpoints;
using GpuNmf.Nmf;
using GpuNmf.Nmf.Blocks;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests.Faults;

/// <summary>What the library writes, on a disk that is full or read-only.</summary>
public sealed class FullDiskTests
{
    private static readonly SeparationOptions s_options = new()
    {
        Stft = new StftOptions { FftLength = 512, HopLength = 128 },
        Nmf = new NmfOptions { Rank = 2, MaxIterations = 3 },
    };

    [Fact]
    public void A_checkpoint_for_which_there_is_no_room_leaves_the_one_before()
    {
        using var disk = SmallDisk.Make(10);
        var file = new CheckpointFile(disk["checkpoint"]);
        file.Save(stream => stream.Write([1, 2, 3]));
        foreach (int bytes in (int[])[10 * SmallDisk.PageBytes, 50 * SmallDisk.PageBytes])
        {
            var error = Assert.Throws<IOException>(() => file.Save(stream => stream.Write(new byte[bytes])));
            Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
            Assert.Equal(["checkpoint"], disk.Names);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(file.Path));
        }
        file.Save(stream => stream.Write([4]));
        Assert.Equal([4], File.ReadAllBytes(file.Path));
    }

    [Fact]
    public void A_checkpoint_on_a_disk_that_has_become_read_only_stays()
    {
        using var disk = SmallDisk.Make(10);
        var file = new CheckpointFile(disk["checkpoint"]);
        file.Save(stream => stream.Write([1, 2, 3]));
        disk.Freeze();
        var error = Assert.ThrowsAny<IOException>(() => file.Save(stream => stream.Write([4])));
        Assert.Contains("Read-only file system", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(file.Path));
    }

    [Theory]
    [InlineData(false, "the disk was full")]
    [InlineData(true, "Read-only file system")]
    public void A_spectrogram_that_the_disk_does_not_take_is_an_error_before_the_work(bool isFrozen, string reason)
    {
        using var disk = SmallDisk.Make(10);
        if (isFrozen) disk.Freeze();
        var memory = new MemoryOptions { Spectrogram = SpectrogramStorage.Disk, SpoolFolder = disk.Path };
        var session = Lane.Session(Lane.Cpu);

        var error = Assert.Throws<SpoolException>(() => SeparationRun.On(session, TestSignals.Recording(TestSignals.Noise(60_000, 4)), s_options, memory));

        Assert.Contains($"The spectrogram needs 1 MB of disk in '{disk.Path}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("Make room, name another folder, or have it recomputed", error.Message, StringComparison.Ordinal);
        Assert.Empty(disk.Names);
        Assert.Equal(0, session.LiveBytes);
    }

    /// <summary>The files themselves stay until they are discarded, as a sink's do.</summary>
    [Fact]
    public void Stems_that_the_disk_does_not_take_end_the_separation_and_are_discarded()
    {
        using var disk = SmallDisk.Make(30);
        var session = Lane.Session(Lane.Cpu);
        var sink = new WavStemSink(disk.Path, WavEncoding.Float32);
#pragma warning disable CA2000 // Disposing the separator would close the session, which the lanes share.
        var separator = new SourceSeparator(session);
#pragma warning restore CA2000

        var error = Assert.Throws<IOException>(() => separator.Separate(
            TestSignals.Recording(TestSignals.Noise(100_000, 4)), sink, s_options, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Equal(["component-01.wav", "component-02.wav"], disk.Names);
        sink.Discard();
        sink.Dispose();

        Assert.Empty(disk.Names);
        Assert.Equal(0, session.LiveBytes);
    }
}
