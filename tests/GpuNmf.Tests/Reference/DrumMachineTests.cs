using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class DrumMachineTests
{
    [Theory]
    [InlineData(1UL, 44100, 1)]
    [InlineData(2UL, 44100, 2)]
    [InlineData(3UL, 8000, 2)]
    public void A_longer_recording_starts_with_the_shorter_one(ulong seed, int rate, int channels)
    {
        const int Short = 30011, Long = 200003;
        DrumRecording few = new DrumMachine(seed, rate, channels).Render(Short);
        DrumRecording many = new DrumMachine(seed, rate, channels).Render(Long);

        Assert.Equal(Short, few.Samples);
        Assert.Equal(few.Mixture, many.Mixture[..(Short * channels)]);
        for (int part = 0; part < few.Parts.Count; part++)
            Assert.Equal(few.Parts[part], many.Parts[part][..(Short * channels)]);
    }

    [Fact]
    public void Blocks_join_to_the_same_bits()
    {
        var machine = new DrumMachine(7, 22050, 2);
        float[] whole = machine.Render(150000).Mixture;

        var joined = new List<float>();
        int[] blocks = [1, 4099, 127, 997, 2003];
        for (int i = 0; joined.Count < whole.Length; i++)
            joined.AddRange(machine.Render(joined.Count / 2, Math.Min(blocks[i % blocks.Length], (whole.Length - joined.Count) / 2)).Mixture);

        Assert.Equal(whole, joined.ToArray());
    }

    [Theory]
    [InlineData(1, 44100)]
    [InlineData(2, 44100)]
    [InlineData(2, 4000)]
    public void The_mixture_is_the_sum_of_audible_parts_below_one(int channels, int rate)
    {
        for (ulong seed = 0; seed < 8; seed++)
        {
            DrumRecording drums = new DrumMachine(seed, rate, channels).Render(20 * rate);
            IEnumerable<float> sums = drums.Parts[0].Zip(drums.Parts[1], drums.Parts[2]).Select(p => p.First + p.Second + p.Third);
            Assert.True(sums.SequenceEqual(drums.Mixture), $"seed {seed}: the mixture is not the sum of the parts");
            Assert.True(Array.TrueForAll(drums.Mixture, v => Math.Abs(v) < 1), $"seed {seed}: the peak is {drums.Mixture.Max(Math.Abs)}");
            foreach (float[] part in drums.Parts) Assert.InRange(part.Max(), 0.05f, 0.5f);
        }
    }

    [Fact]
    public void Every_drum_has_its_own_place()
    {
        DrumRecording drums = new DrumMachine(5, 44100, 2).Render(10 * 44100);
        double[] balance = [.. Enumerable.Range(0, 3).Select(part => Energy(drums.PartChannel(part, 1)) / Energy(drums.PartChannel(part, 0)))];

        Assert.InRange(balance[1], 0.01, 0.5);
        Assert.InRange(balance[0], 0.9, 1.1);
        Assert.InRange(balance[2], 2, 100);
    }

    [Fact]
    public void Another_seed_is_another_recording()
    {
        float[] one = new DrumMachine(1).Render(44100).Mixture, two = new DrumMachine(2).Render(44100).Mixture;

        Assert.True(one.Zip(two).Count(pair => pair.First != pair.Second) > 22050);
    }

    [Fact]
    public void Uniform_numbers_fill_their_range_evenly()
    {
        var random = new CounterRandom(42, 3);
        var bins = new int[16];
        for (int i = 0; i < 160000; i++) bins[(int)(16 * random.Uniform(i))]++;

        // 10000 expected a bin, standard deviation 97: five of them.
        Assert.All(bins, count => Assert.InRange(count, 9515, 10485));
    }

    private static double Energy(float[] x) => x.Sum(v => (double)v * v);
}
