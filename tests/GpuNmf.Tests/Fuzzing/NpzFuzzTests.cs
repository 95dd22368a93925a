using System.IO.Compression;
using System.Text;
using GpuNmf.Stft;
using Xunit;

namespace GpuNmf.Tests.Fuzzing;

/// <summary>Damaged dictionaries are read or refused, in memory in proportion to their size.</summary>
public sealed class NpzFuzzTests : IDisposable
{
    private const int MostBytes = 512 << 10;      // an archive's buffers, and those for text

    private readonly TempFolder _folder = new();
    private int _read;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Damaged_archives_are_read_or_refused() => FuzzArchives(300);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_archives_are_read_or_refused() => FuzzArchives(100_000);

    [Fact]
    public void Damaged_entries_are_read_or_refused() => FuzzEntries(300);

    [Fact, Trait("Suite", "Full")]
    public void A_hundred_thousand_damaged_entries_are_read_or_refused() => FuzzEntries(100_000);

    private void FuzzArchives(int cases)
    {
        (byte[] templates, byte[] framing) = Sound();
        byte[][] archives = [Archive(CompressionLevel.NoCompression, templates, framing), Archive(CompressionLevel.SmallestSize, templates, framing)];
        FuzzLoop.Run(3, cases, random => Load(ByteMutation.Mutate(random, archives[random.Next(2)])));
        Assert.InRange(_read, cases / 50, cases * 9 / 10);      // nearly every byte is under a checksum
    }

    /// <summary>Checksums and sizes of the archive are right, and what it holds is not.</summary>
    private void FuzzEntries(int cases)
    {
        (byte[] templates, byte[] framing) = Sound();
        FuzzLoop.Run(4, cases, random =>
        {
            byte[] other = random.Next(4) == 0 ? ByteMutation.Mutate(random, templates) : templates;
            byte[] text = random.Next(4) == 0 ? framing : Encoding.UTF8.GetBytes(JsonMutation.Mutate(random, Encoding.UTF8.GetString(framing)));
            Load(Archive(CompressionLevel.NoCompression, other, random.Next(8) == 0 ? ByteMutation.Mutate(random, text) : text));
        });
        Assert.InRange(_read, cases / 20, cases * 9 / 10);
    }

    private void Load(byte[] file)
    {
        string path = _folder.Create("a.npz", file);
        FuzzLoop.WithinMemory(MostBytes + 16 * file.Length, () =>
        {
            try
            {
                var dictionary = LearntTemplates.Load(path);
                Assert.Equal(dictionary.FftLength / 2 + 1, dictionary.Templates.GetLength(0));
                Assert.True(dictionary.SampleRateHz >= 1 && double.IsFinite(dictionary.Beta) && Enum.IsDefined(dictionary.Window));
                _read++;
            }
            catch (InvalidDataException exception)
            {
                Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(exception.Message, char.IsControl);
            }
        });
    }

    /// <summary>The entries of a dictionary as the library writes it.</summary>
    private (byte[] Templates, byte[] Framing) Sound()
    {
        var random = new Random(2);
        var templates = new float[33, 3];
        for (int f = 0; f < 33; f++)
            for (int k = 0; k < 3; k++) templates[f, k] = random.NextSingle();
        new LearntTemplates { Templates = templates, SampleRateHz = 8000, FftLength = 64, WindowLength = 60, Window = WindowKind.Hann, Beta = 0.5 }.Save(_folder["sound.npz"]);
        using ZipArchive archive = ZipFile.OpenRead(_folder["sound.npz"]);
        return (Bytes("templates.npy"), Bytes("dictionary.json"));

        byte[] Bytes(string name)
        {
            using Stream stream = archive.GetEntry(name)!.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        }
    }

    private static byte[] Archive(CompressionLevel level, byte[] templates, byte[] framing)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, byte[] content) in new[] { ("templates.npy", templates), ("dictionary.json", framing) })
                using (Stream entry = archive.CreateEntry(name, level).Open()) entry.Write(content);
        return file.ToArray();
    }
}
