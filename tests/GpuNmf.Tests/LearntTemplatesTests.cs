using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GpuNmf.Audio;
using GpuNmf.Files;
using GpuNmf.Grouping;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;
using GpuNmf.Tests.Lanes;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>Dictionaries: learnt, kept in a file, and used as templates that stay.</summary>
public sealed class LearntTemplatesTests : IDisposable
{
    private const int Rate = 8000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_back_what_was_saved_and_has_the_same_bytes_twice()
    {
        var learnt = Learnt(3);
        learnt.Save(_folder["a.npz"]);
        learnt.Save(_folder["b.npz"]);

        var loaded = LearntTemplates.Load(_folder["a.npz"]);

        Assert.Equal(learnt.Templates, loaded.Templates);
        Assert.Equal(learnt with { Templates = loaded.Templates }, loaded);
        Assert.Equal(File.ReadAllBytes(_folder["a.npz"]), File.ReadAllBytes(_folder["b.npz"]));
        using var archive = ZipFile.OpenRead(_folder["a.npz"]);
        archive.GetEntry("templates.npy")!.ExtractToFile(_folder["t.npy"]);
        Assert.Equal(learnt.Templates, NpyFile.Read(_folder["t.npy"]));
        Assert.Equal(["a.npz", "b.npz", "t.npy"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    /// <summary>Two runs may write a file of the same name at the same time: neither touches what the other has begun.</summary>
    [Fact]
    public void Saving_touches_no_file_of_another_run()
    {
        string path = _folder["a.npz"], other = path + ".partial";
        File.WriteAllText(other, "of another run");
        Learnt(2).Save(path);
        Assert.Equal(2, LearntTemplates.Load(path).Rank);

        Directory.CreateDirectory(_folder["folder.npz"]);
        File.WriteAllText(_folder["folder.npz.partial"], "of another run");
        Assert.ThrowsAny<Exception>(() => Learnt(2).Save(_folder["folder.npz"]));

        Assert.Equal("of another run", File.ReadAllText(other));
        Assert.Equal("of another run", File.ReadAllText(_folder["folder.npz.partial"]));
        Assert.Equal(["a.npz", "a.npz.partial", "folder.npz.partial"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.Throws<DirectoryNotFoundException>(() => Learnt(2).Save(_folder["absent/a.npz"]));
    }

    [Fact]
    public void Savers_of_one_name_at_once_leave_a_whole_file()
    {
        string path = _folder["a.npz"];
        Parallel.For(0, 16, new ParallelOptions { CancellationToken = TestContext.Current.CancellationToken }, i => Learnt(1 + i % 4).Save(path));
        Assert.InRange(LearntTemplates.Load(path).Rank, 1, 4);
        Assert.Equal(["a.npz"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    /// <summary>Windows are in lower case everywhere; files of before have a capital letter.</summary>
    [Theory]
    [InlineData(WindowKind.Hann, "hann")]
    [InlineData(WindowKind.Rectangular, "rectangular")]
    public void The_window_is_in_lower_case_and_read_either_way(WindowKind window, string word)
    {
        string path = _folder["a.npz"];
        var learnt = Learnt(2) with { Window = window };
        learnt.Save(path);
        Assert.Equal(word, Framing(path)["window"]!.GetValue<string>());
        Assert.Equal(window, LearntTemplates.Load(path).Window);

        Rewrite(window.ToString());
        Assert.Equal(window, LearntTemplates.Load(path).Window);
        Rewrite("0");
        Assert.Contains("no dictionary", Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path)).Message, StringComparison.Ordinal);

        void Rewrite(string text)
        {
            var framing = Framing(path);
            framing["window"] = text;
            using var archive = ZipFile.Open(path, ZipArchiveMode.Update);
            archive.GetEntry("dictionary.json")!.Delete();
            using var writer = new StreamWriter(archive.CreateEntry("dictionary.json").Open());
            writer.Write(framing.ToJsonString());
        }

        static JsonNode Framing(string path)
        {
            using var archive = ZipFile.OpenRead(path);
            using var stream = archive.GetEntry("dictionary.json")!.Open();
            return JsonNode.Parse(stream)!;
        }
    }

    /// <summary>A byte of a template changes without a word unless the checksum is looked at.</summary>
    [Fact]
    public void A_changed_byte_is_seen()
    {
        Learnt(3).Save(_folder["a.npz"]);
        byte[] templates, framing;
        using (var archive = ZipFile.OpenRead(_folder["a.npz"])) (templates, framing) = (Bytes(archive, "templates.npy"), Bytes(archive, "dictionary.json"));
        using (var stored = ZipFile.Open(_folder["b.npz"], ZipArchiveMode.Create))
            foreach (var (name, content) in new[] { ("templates.npy", templates), ("dictionary.json", framing) })
                using (var entry = stored.CreateEntry(name, CompressionLevel.NoCompression).Open()) entry.Write(content);
        byte[] file = File.ReadAllBytes(_folder["b.npz"]);
        LearntTemplates.Load(_folder["b.npz"]);

        file[400] ^= 1;
        File.WriteAllBytes(_folder["b.npz"], file);

        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(_folder["b.npz"])).Message, StringComparison.Ordinal);

        static byte[] Bytes(ZipArchive archive, string name)
        {
            using var stream = archive.GetEntry(name)!.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        }
    }

    [Fact]
    public void What_is_no_dictionary_is_refused()
    {
        string path = _folder["x.npz"];
        File.WriteAllText(path, "no archive");
        Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path));

        File.Delete(path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create)) archive.CreateEntry("other.npy");
        Assert.Contains("templates.npy", Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path)).Message, StringComparison.Ordinal);

        Learnt(2).Save(path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            archive.GetEntry("dictionary.json")!.Delete();
            using var framing = new StreamWriter(archive.CreateEntry("dictionary.json").Open());
            framing.Write("{ \"nFft\": 256 }");
        }
        Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path));

        byte[] whole = File.ReadAllBytes(path);
        File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
        Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path));
        Assert.Throws<FileNotFoundException>(() => LearntTemplates.Load(_folder["absent.npz"]));
    }

    [Theory]
    [InlineData("beta", "1e999")]
    [InlineData("beta", "5")]
    [InlineData("nFft", "257")]
    [InlineData("winLength", "512")]
    [InlineData("sampleRateHz", "0")]
    [InlineData("sampleRateHz", "null")]
    [InlineData("sampleRateHz", "1, \"nFft\": 256")]
    [InlineData("window", "\"\\ud800\"")]
    public void A_framing_that_cannot_be_is_refused(string name, string value)
    {
        string path = _folder["a.npz"];
        Learnt(2).Save(path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            string text;
            using (var reader = new StreamReader(archive.GetEntry("dictionary.json")!.Open())) text = reader.ReadToEnd();
            archive.GetEntry("dictionary.json")!.Delete();
            using var framing = new StreamWriter(archive.CreateEntry("dictionary.json").Open());
            framing.Write(Regex.Replace(text, $"\"{name}\": [^,\r\n]*", $"\"{name}\": {value}"));
        }
        Assert.Equal($"{path} is no dictionary, or is damaged; learn it anew.", Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path)).Message);
    }

    /// <summary>Zeros pack a thousand to one, and an entry can claim any size: neither is believed.</summary>
    [Fact]
    public void Sizes_in_an_archive_cost_no_memory()
    {
        string path = _folder["bomb.npz"];
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
            using (var entry = archive.CreateEntry("templates.npy", CompressionLevel.Fastest).Open()) entry.Write(new byte[70_000_000]);
        AssertRefused("claims 70000000 bytes of templates.npy; at most 67108864 are read.");

        Learnt(2).Save(path);
        byte[] file = File.ReadAllBytes(path);
        int central = file.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(60_000_000).CopyTo(file, central + 24);      // the entry's length
        File.WriteAllBytes(path, file);
        AssertRefused("templates.npy is shorter than it claims; the file is damaged.");

        void AssertRefused(string message)
        {
            Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path));      // what is loaded and compiled once does not count
            long before = GC.GetAllocatedBytesForCurrentThread();
            var error = Assert.Throws<InvalidDataException>(() => LearntTemplates.Load(path));
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.True(allocated is >= 0 and < 512 * 1024, $"{allocated} bytes were allocated.");
        }
    }

    [Fact]
    public void A_recording_of_other_bins_is_refused()
    {
        var learnt = Learnt(2);
        learnt.RequireFit(new StftOptions { FftLength = 256, HopLength = 32 }, Rate, "kick");
        Assert.Contains("kick was learnt at 8000 Hz and the recording has 44100 Hz", Assert.Throws<ArgumentException>(() => learnt.RequireFit(new StftOptions { FftLength = 256 }, 44100, "kick")).Message, StringComparison.Ordinal);
        Assert.Contains("FftLength 512", Assert.Throws<ArgumentException>(() => learnt.RequireFit(new StftOptions { FftLength = 512 }, Rate, "kick")).Message, StringComparison.Ordinal);
        Assert.Contains("Window hamming", Assert.Throws<ArgumentException>(() => learnt.RequireFit(new StftOptions { FftLength = 256, Window = WindowKind.Hamming }, Rate, "kick")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LearntTemplates.Join([]));
    }

    /// <summary>Two tones that sound in turns and together: each stem is its own tone, 20 dB above the other, in the order of the dictionaries.</summary>
    [Theory, OnEveryDevice(RealOnly = true)]
    public void Each_dictionary_gets_its_own_sound(string lane)
    {
        float[] low = Tone(440, t => t % 4000 < 2600 ? 0.4f : 0), high = Tone(1870, t => t % 3000 < 1500 ? 0.3f : 0);
        float[] mix = [.. low.Zip(high, (a, b) => a + b)];
        var stft = new StftOptions { FftLength = 256 };
        var separator = new SourceSeparator(Lane.Session(lane));
        var learning = new SeparationOptions { Stft = stft, Nmf = new NmfOptions { Rank = 2, MaxIterations = 60 } };
        var highs = separator.Learn(new AudioBuffer(high, 1, Rate), learning, cancellation: TestContext.Current.CancellationToken).Dictionary;
        var lows = separator.Learn(new AudioBuffer(low, 1, Rate), learning, cancellation: TestContext.Current.CancellationToken).Dictionary;
        foreach (int adapt in new[] { 0, 10 })
        {
            var sink = new StemBuffer();
            var result = separator.Separate(new AudioBuffer(mix, 1, Rate), sink, new SeparationOptions
            {
                Stft = stft,
                Nmf = new NmfOptions { Rank = highs.Rank + lows.Rank, FixedTemplates = LearntTemplates.Join([highs, lows]), AdaptIterations = adapt, MaxIterations = 60, Tolerance = 0 },
                Grouping = new GroupingOptions { Sources = 2, Method = GroupingMethod.Assigned, Assignment = [.. Enumerable.Repeat(0, highs.Rank), .. Enumerable.Repeat(1, lows.Rank)] },
            }, cancellation: TestContext.Current.CancellationToken);

            Assert.Equal(60 + adapt, result.Iterations);
            Assert.Equal(60 + adapt, result.LossTrace[^1].Iteration);
            Assert.Equal(adapt == 0, Kept(result.Templates, highs.Templates));
            Assert.True(Ratio(sink.Stems[0].Channel(0), high) > 20, $"{lane}, adapt {adapt}: {Ratio(sink.Stems[0].Channel(0), high)} dB");
            Assert.True(Ratio(sink.Stems[1].Channel(0), low) > 20, $"{lane}, adapt {adapt}: {Ratio(sink.Stems[1].Channel(0), low)} dB");
        }
    }

    /// <summary>Learning is the factorisation of a separation: the same starts, iterations and losses.</summary>
    [Fact]
    public void It_says_how_the_fit_went()
    {
        var separator = new SourceSeparator(Lane.Session("cpu"));
        var recording = new AudioBuffer(Tone(440, t => t % 3000 < 1500 ? 0.4f : 0.1f), 1, Rate);
        var options = new SeparationOptions { Stft = new StftOptions { FftLength = 256 }, Nmf = new NmfOptions { Rank = 2, MaxIterations = 30, Tolerance = 0, Seed = 5, Restarts = 3 } };
        var learnt = separator.Learn(recording, options, cancellation: TestContext.Current.CancellationToken);
        var separated = separator.Separate(recording, new StemBuffer(), options, cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(3, learnt.Restarts.Count);
        Assert.Equal(separated.Restarts, learnt.Restarts);
        Assert.Equal(separated.LossTrace, learnt.LossTrace);
        Assert.Equal((30, NmfStop.MaxIterations, false), (learnt.Iterations, learnt.Stop, learnt.Converged));
        Assert.Equal((separated.Seed, separated.Kind, separated.Device), (learnt.Seed, learnt.Kind, learnt.Device));
        Assert.Empty(learnt.Warnings);
        Assert.Contains("L1Ratio", Assert.Single(separator.Learn(recording, options with { Nmf = options.Nmf with { AlphaActivations = 1e-4 } }, cancellation: TestContext.Current.CancellationToken).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_teaches_nothing()
    {
        var separator = new SourceSeparator(Lane.Session("cpu"));
        Assert.Contains("silent", Nothing(new float[9000], new SeparationOptions()), StringComparison.Ordinal);
        // A penalty far above the loss of any model: of all models, zero costs least.
        Assert.Contains("a penalty outweighs", Nothing(Tone(440, _ => 0.1f), new SeparationOptions { Nmf = new NmfOptions { AlphaTemplates = 1e12, L1Ratio = 1 } }), StringComparison.Ordinal);
        // And one far above what any activation is worth.
        Assert.Contains("a penalty outweighs", Nothing(Tone(440, _ => 0.1f), new SeparationOptions { Nmf = new NmfOptions { Rank = 3, Beta = 2, Solver = NmfSolver.CoordinateDescent, AlphaActivations = 1e6, L1Ratio = 1 } }), StringComparison.Ordinal);
        // Opposite channels have a mean of zero.
        float[] tone = Tone(440, _ => 0.1f);
        var cancelling = new AudioBuffer([.. tone.SelectMany(value => (float[])[value, -value])], 2, Rate);
        Assert.Contains("cancel in their mean", Refusal(cancelling, new SeparationOptions { Reconstruction = new ReconstructionOptions { Channels = ChannelMode.Mono } }), StringComparison.Ordinal);

        string Nothing(float[] samples, SeparationOptions options) => Refusal(new AudioBuffer(samples, 1, Rate), options);

        string Refusal(AudioBuffer recording, SeparationOptions options) =>
            Assert.Throws<NothingToLearnException>(() => separator.Learn(recording, options, cancellation: TestContext.Current.CancellationToken)).Message;
    }

    private static bool Kept(float[,] templates, float[,] learnt)
    {
        for (int f = 0; f < learnt.GetLength(0); f++)
            for (int k = 0; k < learnt.GetLength(1); k++)
                if (templates[f, k] != learnt[f, k]) return false;
        return true;
    }

    /// <summary>Power of the tone over that of what the stem has beside it, in dB.</summary>
    private static double Ratio(ReadOnlySpan<float> stem, float[] tone)
    {
        double signal = 0, rest = 0;
        for (int i = 0; i < tone.Length; i++)
        {
            signal += (double)tone[i] * tone[i];
            rest += ((double)stem[i] - tone[i]) * ((double)stem[i] - tone[i]);
        }
        return 10 * Math.Log10(signal / rest);
    }

    private static float[] Tone(double hertz, Func<int, float> level) => [.. Enumerable.Range(0, 2 * Rate).Select(t => level(t) * (float)Math.Sin(2 * Math.PI * hertz * t / Rate))];

    private static LearntTemplates Learnt(int rank)
    {
        var templates = new float[129, rank];
        for (int f = 0; f < 129; f++)
            for (int k = 0; k < rank; k++) templates[f, k] = 1f / (1 + f + k);
        return new LearntTemplates { Templates = templates, SampleRateHz = Rate, FftLength = 256, WindowLength = 256, Window = WindowKind.Hann, Beta = 0.5 };
    }
}
