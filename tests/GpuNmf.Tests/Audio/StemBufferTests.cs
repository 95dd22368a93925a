using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

public sealed class StemBufferTests
{
    private readonly StemBuffer _buffer = new();

    [Fact]
    public void Blocks_end_where_they_belong()
    {
        _buffer.Begin(new StemFormat(2, 2, 8000, 3));
        _buffer.Write(0, 0, [1, 2]);
        _buffer.Write(1, 0, [7, 8]);
        _buffer.Write(0, 1, [3, 4, 5, 6]);
        _buffer.Write(0, 3, []);
        Assert.Equal([1, 2, 3, 4, 5, 6], _buffer.Stems[0].Interleaved.ToArray());
        Assert.Equal([7, 8, 0, 0, 0, 0], _buffer.Stems[1].Interleaved.ToArray());
        Assert.Equal((2, 8000, 3L), (_buffer.Stems[1].Channels, _buffer.Stems[1].SampleRateHz, _buffer.Stems[1].Length));
    }

    [Fact]
    public void What_a_stem_does_not_hold_is_refused_and_changes_nothing()
    {
        Assert.Throws<ArgumentOutOfRangeException>("component", () => _buffer.Write(0, 0, []));
        _buffer.Begin(new StemFormat(2, 2, 8000, 3));
        Assert.Throws<ArgumentOutOfRangeException>("component", () => _buffer.Write(-1, 0, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>("component", () => _buffer.Write(2, 0, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>("start", () => _buffer.Write(0, -1, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>("start", () => _buffer.Write(0, 1L << 32, [1, 2]));
        AssertRefused("The block holds 3 samples, no multiple of 2 channels.", () => _buffer.Write(0, 0, [1, 2, 3]));
        AssertRefused("Component 0 would reach sample frame 4; its length is 3.", () => _buffer.Write(0, 2, [1, 2, 3, 4]));
        Assert.All(_buffer.Stems, s => Assert.Equal(new float[6], s.Interleaved.ToArray()));
    }

    [Fact]
    public void Formats_that_no_memory_holds_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Components", () => _buffer.Begin(new StemFormat(0, 1, 8000, 1)));
        Assert.Throws<ArgumentOutOfRangeException>("Channels", () => _buffer.Begin(new StemFormat(1, 0, 8000, 1)));
        Assert.Throws<ArgumentOutOfRangeException>("SampleRateHz", () => _buffer.Begin(new StemFormat(1, 1, 0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>("Length", () => _buffer.Begin(new StemFormat(1, 1, 8000, -1)));
        foreach ((int channels, long length) in ((int, long)[])[(2, 1L << 30), (4, 1L << 62)])
        {
            var e = Assert.Throws<ArgumentException>("format", () => _buffer.Begin(new StemFormat(1, channels, 8000, length)));
            Assert.StartsWith($"A stem holds {length} sample frames of {channels} channels; in memory at most 2147483591 values fit.", e.Message, StringComparison.Ordinal);
        }
        Assert.Throws<OverflowException>(() => StemBuffer.BytesFor(new StemFormat(8, 8, 8000, 1L << 60)));
    }

    [Fact]
    public void It_takes_one_separation()
    {
        _buffer.Begin(new StemFormat(1, 1, 8000, 2));
        _buffer.Write(0, 0, [1, 2]);
        var e = Assert.Throws<InvalidOperationException>(() => _buffer.Begin(new StemFormat(1, 1, 8000, 2)));
        Assert.Equal("Begin was called before; a sink takes one separation.", e.Message);
        Assert.Equal([1, 2], _buffer.Stems[0].Interleaved.ToArray());
    }

    private static void AssertRefused(string message, Action action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>("interleaved", action).Message, StringComparison.Ordinal);
}
