using GpuNmf.Audio;
using GpuNmf.Tests.Audio;
using Xunit;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damaged WAV files are read to their end or refused in one line, in memory that does not depend on what they claim.</summary>
public sealed class WavFuzzTests : IDisposable
{
    private const int LargestSeed = 20_000, BlockSamples = 4096;

    /// <summary>Beside an exception's texts and stack the reader allocates next to nothing; blocks live on the stack.</summary>
    private const int MostBytes = 64 << 10;

    private readonly TempFolder _folder = new();
    private readonly float[] _block = new float[ushort.MaxValue];
    private int _read;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_files_are_read_or_refused() => Fuzz(500);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_files_are_read_or_refused() => Fuzz(100_000);

    private void Fuzz(int cases)
    {
        byte[][] sound = [.. Made(), .. Fixtures()];
        FuzzLoop.Run(1, cases, random =>
        {
            byte[] file = WavMutation.Mutate(random, sound[random.Next(sound.Length)]);
            string path = _folder.Create("a.wav", file);
            FuzzLoop.WithinMemory(MostBytes, () => ReadOrRefuse(path, file.Length));
        });
        // Were nearly all of them of one kind, the mutations would test little.
        Assert.InRange(_read, cases / 10, cases * 9 / 10);
    }

    private void ReadOrRefuse(string path, int bytes)
    {
        try
        {
            using WavSource source = WavSource.Open(path);
            Assert.True(source is { SampleRateHz: >= 1, Channels: >= 1, Length: >= 0 });
            Assert.True(source.Length * source.Channels <= bytes, $"{source.Length} x {source.Channels} samples in {bytes} bytes.");
            Assert.True(source.Warnings.Count <= 4, $"{source.Warnings.Count} warnings");
            int blockFrames = Math.Max(1, BlockSamples / source.Channels);
            for (long start = 0; start < source.Length; start += blockFrames)
                source.Read(start, _block.AsSpan(0, (int)Math.Min(blockFrames, source.Length - start) * source.Channels));
            _read++;
        }
        catch (AudioFormatException exception)
        {
            Assert.StartsWith(path + " ", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(exception.Message, char.IsControl);
            Assert.True(exception.Message.Length < 1000, exception.Message);
        }
    }

    /// <summary>A sound file of every encoding and container.</summary>
    private static IEnumerable<byte[]> Made()
    {
        var random = new Random(1);
        foreach ((int tag, int bits) in new[] { (1, 8), (1, 12), (1, 16), (1, 24), (1, 32), (1, 40), (1, 64), (3, 32), (3, 64), (6, 8), (7, 8) })
            foreach (bool bigEndian in new[] { false, true })
            {
                byte[] data = RiffBytes.Chunk("data", ByteMutation.Noise(random, 2 * ((bits + 7) / 8) * 150), bigEndian);
                yield return RiffBytes.Riff(bigEndian, RiffBytes.Format(tag, 2, bits, bigEndian), data);
                yield return RiffBytes.Riff(bigEndian, RiffBytes.Extensible(tag, 2, bits, bits, bigEndian), RiffBytes.Chunk("LIST", new byte[9], bigEndian), data);
            }
        yield return RiffBytes.RiffOf("RF64", uint.MaxValue, false, RiffBytes.Sizes64(1000, 600, 150), RiffBytes.Format(1, 2, 16), RiffBytes.ChunkClaiming("data", uint.MaxValue, new byte[600]));
    }

    private static IEnumerable<byte[]> Fixtures() => SharedData.PathOrNull(OddWavFile.List) is not { } list
        ? []
        : OddWavFile.ReadList(list).Keys.Select(name => File.ReadAllBytes(SharedData.Path("audio/" + name))).Where(file => file.Length <= LargestSeed);
}
