using GpuNmf.Checkpoints;
using Xunit;

namespace GpuNmf.Tests.Checkpoints;

/// <summary>A file that is replaced as a whole or not at all.</summary>
public sealed class CheckpointFileTests
{
    [Fact]
    public void The_last_checkpoint_is_kept()
    {
        using var folder = new TempFolder();
        var file = new CheckpointFile(folder["checkpoint"]);
        Assert.False(file.Exists);
        Assert.Null(file.Open());

        file.Save(stream => stream.Write([1, 2, 3]));
        file.Save(stream => stream.Write([4, 5]));

        Assert.Equal([4, 5], File.ReadAllBytes(file.Path));
        using (var kept = file.Open()) Assert.Equal(4, kept!.ReadByte());
        Assert.Equal([file.Path], Directory.GetFiles(folder.Path));
        file.Delete();
        file.Delete();
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_fails_half_way_leaves_the_one_before()
    {
        using var folder = new TempFolder();
        var file = new CheckpointFile(folder["checkpoint"]);
        file.Save(stream => stream.Write([1, 2, 3]));

        Assert.Throws<InvalidOperationException>(() => file.Save(stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidOperationException();
        }));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(file.Path));
        Assert.Equal([file.Path], Directory.GetFiles(folder.Path));
    }
}
