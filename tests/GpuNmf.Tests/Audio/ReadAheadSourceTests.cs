using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

/// <summary>Whatever is asked for, in whatever order, comes as the recording has it; blocks in a row are read before they are asked for.</summary>
public sealed class ReadAheadSourceTests
{
    private static readonly AudioBuffer s_recording = TestSignals.Recording(TestSignals.Noise(1000, 1), TestSignals.Noise(1000, 2));

    [Theory]
    [InlineData(100, 100)]
    [InlineData(100, 64)]
    public void Blocks_at_one_distance_are_there_when_they_are_asked_for(int length, int step)
    {
        using var ahead = new ReadAheadSource(s_recording);
        int blocks = 0;
        for (int start = 0; start + length <= 1000; start += step, blocks++) Same(ahead, start, length);

        // The first is asked for before anything can be guessed, and where blocks overlap the second as well.
        Assert.Equal(blocks - (step == length ? 1 : 2), ahead.Hits);
    }

    [Fact]
    public void Any_order_gives_the_samples_of_the_recording()
    {
        using var ahead = new ReadAheadSource(s_recording);
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            int length = random.Next(1, 200);
            Same(ahead, random.Next(0, 1001 - length), length);
        }
    }

    [Fact]
    public void An_error_comes_with_its_block_and_not_before()
    {
        var broken = new Broken();
        using var ahead = new ReadAheadSource(broken);
        var block = new float[10];
        ahead.Read(0, block);
        ahead.Read(10, block);

        Assert.Throws<IOException>(() => ahead.Read(20, block));

        // Nobody asks for it the second time.
        ahead.Read(10, block);
        ahead.Read(0, block);
    }

    /// <summary>A reader that goes to the end makes the next block lie far behind it; nothing is read there, and no room made for it.</summary>
    [Fact]
    public void Nothing_is_read_behind_the_end()
    {
        var hours = new Hours();
        var block = new float[200];
        using (var ahead = new ReadAheadSource(hours))
        {
            ahead.Read(0, block);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            ahead.Read(hours.Length - 100, block);
            ahead.Read(hours.Length - 100, block);
            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1 << 20);
        }
        Assert.Equal([0, hours.Length - 100, hours.Length - 100], hours.Starts.Where(start => start != 100));
        Assert.True(hours.Starts.TrueForAll(start => start <= hours.Length - 100));
    }

    [Fact]
    public void Several_readers_of_a_recording_take_turns()
    {
        var alone = new Alone();
        using ReadAheadSource one = new(alone), two = new(alone);
        Parallel.ForEach((ReadAheadSource[])[one, two], reader =>
        {
            for (int start = 0; start < 1000; start += 10) reader.Read(start, new float[10]);
        });

        Assert.False(alone.HadCompany);
    }

    private static void Same(ReadAheadSource ahead, int start, int length)
    {
        float[] want = new float[2 * length], got = new float[2 * length];
        s_recording.Read(start, want);
        ahead.Read(start, got);
        Assert.Equal(want, got);
    }

    private sealed class Broken : IAudioSource
    {
        public int SampleRateHz => 1;

        public int Channels => 1;

        public long Length => 100;

        public void Read(long start, Span<float> interleaved)
        {
            if (start >= 20) throw new IOException("the disk is gone");
        }
    }

    private sealed class Hours : IAudioSource
    {
        public List<long> Starts { get; } = [];

        public int SampleRateHz => 44100;

        public int Channels => 2;

        public long Length => 1_587_600_000;

        public void Read(long start, Span<float> interleaved) => Starts.Add(start);
    }

    private sealed class Alone : IAudioSource
    {
        private int _inside;

        public bool HadCompany { get; private set; }

        public int SampleRateHz => 1;

        public int Channels => 1;

        public long Length => 1000;

        public void Read(long start, Span<float> interleaved)
        {
            if (Interlocked.Increment(ref _inside) > 1) HadCompany = true;
            Thread.Yield();
            Interlocked.Decrement(ref _inside);
        }
    }
}
