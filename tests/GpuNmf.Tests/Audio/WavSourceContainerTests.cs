using GpuNmf.Audio;
using Xunit;
using static GpuNmf.Tests.Audio.RiffBytes;

namespace GpuNmf.Tests.Audio;

/// <summary>Chunks in any order, sizes that lie, files that end early.</summary>
public sealed class WavSourceContainerTests : IDisposable
{
    private static readonly byte[] Samples = Int16s(false, 100, -200, 300, -400, 500, -600);
    private static readonly float[] Want = [100f / 32768, -200f / 32768, 300f / 32768, -400f / 32768, 500f / 32768, -600f / 32768];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fmt,data")]
    [InlineData("data,fmt")]
    [InlineData("odd,fmt,data")]
    [InlineData("fmt,odd,odd,data")]
    [InlineData("odd,data,odd,empty,fmt,odd")]
    [InlineData("empty,fmt,empty,data,odd")]
    public void Chunks_may_come_in_any_order(string order)
    {
        byte[][] chunks = [.. order.Split(',').Select(name => name switch
        {
            "fmt" => Format(1, 2, 16),
            "data" => Chunk("data", Samples),
            "odd" => Chunk("LIST", [1, 2, 3]),
            _ => Chunk("JUNK", []),
        })];
        AssertReads(Riff(chunks));
    }

    [Fact]
    public void The_first_data_chunk_counts()
    {
        AssertReads(Riff(Format(1, 2, 16), Chunk("data", Samples), Chunk("data", new byte[4])));
    }

    [Theory]
    [InlineData(0u, 0u)]                            // a program that writes to a pipe, or was killed
    [InlineData(0xFFFFFFFFu, 0xFFFFFFFFu)]          // ffmpeg to a pipe
    [InlineData(0xFFFFFFFFu, 0u)]
    [InlineData(36u, 0u)]                           // sizes of an empty file, never updated
    [InlineData(48u, 0xFFFFFFFFu)]
    public void Sizes_left_open_mean_to_the_end_of_the_file(uint riffBytes, uint dataBytes)
    {
        byte[] file = RiffOf("RIFF", riffBytes, false, Format(1, 2, 16), ChunkClaiming("data", dataBytes, Samples));
        AssertReads(file, "The header leaves the length of the samples open; they are read to the end of the file (12 bytes).");
    }

    [Fact]
    public void An_empty_data_chunk_before_others_is_empty()
    {
        using WavSource source = Open(Riff(Format(1, 2, 16), Chunk("data", []), Chunk("LIST", Samples)));
        Assert.Equal(0, source.Length);
        Assert.Empty(source.Warnings);
        source.Read(0, []);
    }

    [Fact]
    public void A_cut_off_file_is_read_as_far_as_it_goes()
    {
        byte[] file = RiffOf("RIFF", 5000, false, Format(1, 2, 16), ChunkClaiming("data", 4964, Samples));
        AssertReads(file, "The data chunk claims 4964 bytes and the file holds 12; it was cut off, and what is there is read.");
    }

    [Fact]
    public void A_cut_off_sample_frame_is_left_out()
    {
        byte[] file = Riff(Format(1, 2, 16), Chunk("data", [.. Samples, 1, 2, 3]));
        AssertReads(file, "The last sample frame holds 3 of 4 bytes and is left out.");
    }

    [Theory]
    [InlineData("RF64")]
    [InlineData("BW64")]
    public void Sizes_of_64_bits_are_in_the_ds64_chunk(string magic)
    {
        AssertReads(Rf64(magic, (ulong)Samples.Length, uint.MaxValue, [.. Samples, .. Chunk("LIST", [1, 2, 3, 4])]));
    }

    [Fact]
    public void A_small_RF64_file_may_use_the_32_bit_size()
    {
        AssertReads(Rf64("RF64", 0, (uint)Samples.Length, [.. Samples, .. Chunk("LIST", [1, 2, 3, 4])]));
    }

    [Fact]
    public void An_RF64_file_that_was_never_finished_is_read_to_its_end()
    {
        AssertReads(RiffOf("RF64", uint.MaxValue, false, Sizes64(0, 0, 0), Format(1, 2, 16), ChunkClaiming("data", uint.MaxValue, Samples)),
            "The header leaves the length of the samples open; they are read to the end of the file (12 bytes).");
    }

    [Theory]
    [InlineData(1UL << 62)]
    [InlineData(ulong.MaxValue)]
    public void A_lie_in_ds64_is_cut_at_the_end_of_the_file(ulong claimed)
    {
        AssertReads(Rf64("RF64", claimed, uint.MaxValue, Samples), $"The data chunk claims {claimed} bytes and the file holds 12; it was cut off, and what is there is read.");
    }

    [Theory]
    [InlineData(0xFFFFFFF0u, "RIFF")]
    [InlineData(0x7FFFFFFFu, "RIFF")]
    [InlineData(0xFFFFFFFFu, "RF64")]
    public void A_claim_of_gigabytes_costs_no_memory(uint claimed, string magic)
    {
        byte[] content = magic == "RF64"
            ? Rf64(magic, 1UL << 40, claimed, Samples)
            : RiffOf(magic, claimed, false, Format(1, 2, 16), ChunkClaiming("data", claimed, Samples));
        string path = _folder.Create("claims.wav", content);
        var samples = new float[6];
        ReadOnce(path, samples);      // what is loaded and compiled once does not count
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadOnce(path, samples);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated is >= 0 and < 16 * 1024, $"Opening and reading a file of {content.Length} bytes allocated {allocated} bytes.");
        Assert.Equal(Want, samples);
    }

    [Fact]
    public void Positions_are_64_bit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test needs files with holes, which NTFS makes only on request.");
        const long dataBytes = 5L << 30;
        string path = _folder.Create("large.wav", Rf64("RF64", (ulong)dataBytes, uint.MaxValue, []));
        long dataStart = new FileInfo(path).Length;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.SetLength(dataStart + dataBytes);
            file.Position = dataStart + dataBytes - Samples.Length;
            file.Write(Samples);
        }
        using WavSource source = WavSource.Open(path);
        Assert.Equal(dataBytes / 4, source.Length);
        var last = new float[8];
        source.Read(source.Length - 4, last);
        Assert.Equal([0f, 0f, .. Want], last);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not let an open file be shortened.");
        string path = _folder.Create("shrinks.wav", Riff(Format(1, 2, 16), Chunk("data", Samples)));
        using WavSource source = WavSource.Open(path);
        RewriteShorter(path, 50);
        var e = Assert.Throws<AudioFormatException>(() => source.Read(0, new float[6]));
        Assert.Equal($"{path} now ends at byte 50; it has become shorter since it was opened.", e.Message);
    }

    [Fact]
    public void Damage_anywhere_gives_samples_or_one_error()
    {
        const int seed = 4711;
        var random = new Random(seed);
        byte[] valid = Riff(Chunk("LIST", [1, 2, 3]), Extensible(1, 2, 16, 16), Chunk("data", Samples));
        int read = 0, refused = 0;
        for (int round = 0; round < 1000; round++)
        {
            byte[] bytes = valid[..(random.Next(3) == 0 ? random.Next(valid.Length) : valid.Length)];
            for (int n = random.Next(4); n > 0 && bytes.Length > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using WavSource source = Open(bytes);
                Assert.True(source.Length <= bytes.Length, $"seed {seed}, round {round}: {source.Length} frames from {bytes.Length} bytes.");
                AudioBuffer.From(source);
                read++;
            }
            catch (AudioFormatException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.True(read > 150 && refused > 150, $"seed {seed}: {read} read, {refused} refused; both must be common.");
    }

    private static byte[] Rf64(string magic, ulong dataBytes, uint dataBytes32, byte[] data) => RiffOf(magic, uint.MaxValue, false,
        Sizes64(dataBytes + 80, dataBytes, dataBytes / 4), Format(1, 2, 16), ChunkClaiming("data", dataBytes32, data));

    private static void ReadOnce(string path, float[] samples)
    {
        using WavSource source = WavSource.Open(path);
        source.Read(0, samples);
    }

    private static void RewriteShorter(string path, int length)
    {
        byte[] head = File.ReadAllBytes(path)[..length];
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(0);
        file.Write(head);
    }

    private void AssertReads(byte[] content, params string[] warnings)
    {
        using WavSource source = Open(content);
        Assert.Equal((2, 8000, 3L), (source.Channels, source.SampleRateHz, source.Length));
        Assert.Equal(Want, AudioBuffer.From(source).Interleaved.ToArray());
        Assert.Equal(warnings, source.Warnings);
    }

    private WavSource Open(byte[] content) => WavSource.Open(_folder.Create("a.wav", content));
}
