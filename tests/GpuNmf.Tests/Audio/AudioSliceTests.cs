using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

public sealed class AudioSliceTests
{
    // Ten sample frames of two channels at 4 Hz: 2.5 s.
    private static readonly AudioBuffer Source = new([.. Enumerable.Range(0, 20).Select(i => (float)i)], 2, 4);

    [Fact]
    public void A_slice_is_that_part_of_its_source()
    {
        var slice = new AudioSlice(Source, 3, 4);
        Assert.Equal((4L, 2, 4), (slice.Length, slice.Channels, slice.SampleRateHz));
        Assert.Equal(Enumerable.Range(6, 8).Select(i => (float)i), AudioBuffer.From(slice).Interleaved.ToArray());
        var block = new float[4];
        slice.Read(2, block);
        Assert.Equal([10f, 11f, 12f, 13f], block);
    }

    [Fact]
    public void A_slice_does_not_reach_beyond_its_end()
    {
        var slice = new AudioSlice(Source, 3, 4);
        var e = Assert.Throws<ArgumentOutOfRangeException>("start", () => slice.Read(3, new float[4]));
        Assert.StartsWith("2 sample frames from here do not fit in 4.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>("start", () => slice.Read(-1, new float[2]));
        Assert.Throws<ArgumentException>("interleaved", () => slice.Read(0, new float[3]));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(4, 6)]
    public void A_slice_may_touch_both_ends(long start, long length) => Assert.Equal(length, new AudioSlice(Source, start, length).Length);

    [Theory]
    [InlineData(-1, 1, "start", "start must lie in 0..10, the length of the source.")]
    [InlineData(11, 0, "start", "start must lie in 0..10, the length of the source.")]
    [InlineData(4, 7, "length", "length must lie in 0..6, what is left from 4.")]
    [InlineData(4, -1, "length", "length must lie in 0..6, what is left from 4.")]
    [InlineData(4, long.MaxValue, "length", "length must lie in 0..6, what is left from 4.")]
    public void A_part_outside_of_the_source_is_refused(long start, long length, string parameter, string message)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(parameter, () => new AudioSlice(Source, start, length));
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0, null, 0, 10)]
    [InlineData(0.5, 1.0, 2, 4)]
    [InlineData(0.6, 0.9, 2, 4)]               // 2.4 and 3.6 frames
    [InlineData(2.25, null, 9, 1)]
    [InlineData(1.0, 100.0, 4, 6)]             // cut at the end
    [InlineData(1.0, double.PositiveInfinity, 4, 6)]
    public void Seconds_are_rounded_to_sample_frames(double start, double? duration, int first, long length)
    {
        AudioSlice slice = AudioSlice.FromSeconds(Source, start, duration);
        Assert.Equal(length, slice.Length);
        Assert.Equal(2f * first, AudioBuffer.From(slice).Interleaved[0]);
    }

    [Theory]
    [InlineData(2.5)]
    [InlineData(2.4)]          // 9.6 frames are 10, the end
    [InlineData(1e300)]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_start_past_the_end_names_the_length(double start)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>("startSeconds", () => AudioSlice.FromSeconds(Source, start));
        Assert.StartsWith("startSeconds must be at least 0 and before the end of the recording, which lasts 2.5 s.", e.Message, StringComparison.Ordinal);
        Assert.Equal(start, e.ActualValue);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(0.1)]
    [InlineData(double.NaN)]
    public void A_duration_shorter_than_a_frame_is_refused(double duration)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>("durationSeconds", () => AudioSlice.FromSeconds(Source, 1, duration));
        Assert.StartsWith("durationSeconds must be at least one sample frame, 0.25 s at 4 Hz.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_slice_of_a_slice_adds_the_starts()
    {
        var slice = new AudioSlice(new AudioSlice(Source, 3, 6), 2, 3);
        Assert.Equal(Enumerable.Range(10, 6).Select(i => (float)i), AudioBuffer.From(slice).Interleaved.ToArray());
    }
}
