using GpuNmf.Audio;
using Xunit;

namespace GpuNmf.Tests.Audio;

/// <summary>Files that outgrow RIFF, and files that are never finished.</summary>
public sealed class WavWriterTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(WavEncoding.Float32, 2)]
    [InlineData(WavEncoding.Pcm16, 1)]
    [InlineData(WavEncoding.Pcm24, 5)]
    public void A_file_becomes_RF64_exactly_when_it_outgrows_RIFF(WavEncoding encoding, int channels)
    {
        const int frames = 100;
        byte[] small = Write(encoding, channels, frames, WavLayout.MaxRiffBytes);
        long riffBytes = small.Length - 8;
        Assert.Equal(small, Write(encoding, channels, frames, riffBytes));
        byte[] large = Write(encoding, channels, frames, riffBytes - 1);
        Assert.Equal("RIFF"u8, small.AsSpan(0, 4));
        Assert.Equal("RF64"u8, large.AsSpan(0, 4));
        Assert.Equal(small.Length, large.Length);
        Assert.Equal(uint.MaxValue, BitConverter.ToUInt32(large, 4));
        Assert.Equal("ds64"u8, large.AsSpan(12, 4));
        Assert.Equal(riffBytes, BitConverter.ToInt64(large, 20));
        Assert.Equal((long)frames * channels * SampleEncoder.BytesPerSample(encoding), BitConverter.ToInt64(large, 28));
        Assert.Equal(frames, BitConverter.ToInt64(large, 36));
        Assert.Equal(Samples("small.wav", small), Samples("large.wav", large));
    }

    [Fact]
    public void A_full_disk_is_told_by_Complete_and_not_by_Dispose()
    {
        Assert.Throws<IOException>(() => new WavWriter(new FullDisk(), WavEncoding.Float32, 1, 8000).Complete());

        // What went wrong while the file was written must not be replaced by what goes wrong while it is cleared up.
        using var writer = new WavWriter(new FullDisk(), WavEncoding.Float32, 1, 8000);
        Assert.Equal("No space left on device", Assert.Throws<IOException>(() => writer.Write([1f])).Message);
    }

    /// <summary>Takes the first header and nothing more.</summary>
    private sealed class FullDisk : MemoryStream
    {
        // The overload for spans comes here too.
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length > 0) throw new IOException("No space left on device");
            base.Write(buffer, offset, count);
        }
    }

    [Fact]
    public void The_limit_is_4_GiB()
    {
        var layout = new WavLayout(WavEncoding.Pcm16, 1, 44100);
        long most = (WavLayout.MaxRiffBytes + 8 - layout.HeaderBytes) / 2;
        Assert.Equal("RIFF"u8, layout.Header(most, WavLayout.MaxRiffBytes).AsSpan(0, 4));
        byte[] header = layout.Header(most + 1, WavLayout.MaxRiffBytes);
        Assert.Equal("RF64"u8, header.AsSpan(0, 4));
        Assert.Equal(2 * (most + 1), BitConverter.ToInt64(header, 28));
        Assert.True(2 * most + layout.HeaderBytes is > 0xFFFFFF00L and <= 0x100000007L, $"{most} frames");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Odd_data_are_padded(int frames, bool padded)
    {
        byte[] file = Write(WavEncoding.Pcm24, 1, frames, WavLayout.MaxRiffBytes);
        int header = new WavLayout(WavEncoding.Pcm24, 1, 8000).HeaderBytes;
        Assert.Equal(header + 3 * frames + (padded ? 1 : 0), file.Length);
        Assert.Equal(3 * frames, BitConverter.ToInt32(file, header - 4));
    }

    [Fact]
    public void A_file_that_was_never_finished_can_be_read()
    {
        float[] samples = [0.5f, -0.5f, 0.25f];
        using var stream = new MemoryStream();
        using var writer = new WavWriter(stream, WavEncoding.Pcm16, 1, 8000);
        writer.Write(samples);
        string path = _folder.Create("killed.wav", stream.ToArray());
        using WavSource source = WavSource.Open(path);
        Assert.Equal(samples, AudioBuffer.From(source).Interleaved.ToArray());
        Assert.StartsWith("The header leaves the length of the samples open;", Assert.Single(source.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_frame_is_refused()
    {
        using var writer = new WavWriter(new MemoryStream(), WavEncoding.Pcm16, 2, 8000);
        var e = Assert.Throws<ArgumentException>("interleaved", () => writer.Write(new float[3]));
        Assert.StartsWith("The block holds 3 samples, no multiple of 2 channels.", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, writer.Frames);
    }

    private static byte[] Write(WavEncoding encoding, int channels, int frames, long maxRiffBytes)
    {
        using var stream = new MemoryStream();
        using var writer = new WavWriter(stream, encoding, channels, 8000, maxRiffBytes);
        for (int i = 0; i < frames; i++) writer.Write([.. Enumerable.Range(0, channels).Select(c => (i - 50f) / 64 / (c + 1))]);
        writer.Complete();
        return stream.ToArray();
    }

    private float[] Samples(string name, byte[] file)
    {
        using WavSource source = WavSource.Open(_folder.Create(name, file));
        Assert.Empty(source.Warnings);
        return AudioBuffer.From(source).Interleaved.ToArray();
    }
}
