using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuNmf.Files;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>
/// Templates learnt from a recording, with the framing that they belong to. As a file an NPZ archive: <c>templates.npy</c> (bins x components, for
/// <c>numpy.load(path)['templates']</c>) and <c>dictionary.json</c>.
/// </summary>
public sealed record LearntTemplates
{
    private const string TemplatesEntry = "templates.npy", FramingEntry = "dictionary.json";

    /// <summary>An archive of a few kilobytes can hold gigabytes of zeros. The largest dictionary, 16385 bins x 256 components in float64, takes 34 MB; its framing 200 bytes.</summary>
    private const int MostTemplatesBytes = 1 << 26, MostFramingBytes = 1 << 16;

    /// <summary>Zip's clock begins in 1980; the same dictionary is the same bytes.</summary>
    private static readonly DateTimeOffset s_epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>W, bins x components; every template sums to 1.</summary>
    public required float[,] Templates { get; init; }

    /// <summary>Sampling rate of what it was learnt from, in Hz.</summary>
    public required int SampleRateHz { get; init; }

    /// <summary>Transform length in samples; the bins are half of it and one.</summary>
    public required int FftLength { get; init; }

    /// <summary>Window length in samples.</summary>
    public required int WindowLength { get; init; }

    /// <summary>Shape of the window.</summary>
    public required WindowKind Window { get; init; }

    /// <summary>beta of the divergence that was minimised.</summary>
    public required double Beta { get; init; }

    /// <summary>Number of templates.</summary>
    public int Rank => Templates.GetLength(1);

    /// <summary>Checks that a recording's bins are those of the templates.</summary>
    /// <param name="stft">Framing of the recording; the hop may be another.</param>
    /// <param name="sampleRateHz">Its rate.</param>
    /// <param name="name">Stands before the message.</param>
    /// <exception cref="ArgumentException">Rate, transform or window differ.</exception>
    public void RequireFit(StftOptions stft, int sampleRateHz, string name)
    {
        ArgumentNullException.ThrowIfNull(stft);
        if (sampleRateHz != SampleRateHz)
            throw new ArgumentException($"{name} was learnt at {SampleRateHz} Hz and the recording has {sampleRateHz} Hz, so that their bins are not the same; learn it from a recording of {sampleRateHz} Hz.");
        if (stft.FftLength != FftLength || stft.EffectiveWindowLength != WindowLength || stft.Window != Window)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{name} was learnt with FftLength {FftLength}, WindowLength {WindowLength}, Window {WordOf(Window)}; the recording is framed with FftLength {stft.FftLength}, WindowLength {stft.EffectiveWindowLength}, Window {WordOf(stft.Window)}. Use the same, or learn it anew."));
    }

    /// <summary>The templates of several dictionaries side by side, bins x components.</summary>
    /// <exception cref="ArgumentException">Their bins differ, or there is none.</exception>
    public static float[,] Join(IReadOnlyList<LearntTemplates> dictionaries)
    {
        ArgumentNullException.ThrowIfNull(dictionaries);
        if (dictionaries.Count == 0) throw new ArgumentException("There is no dictionary to join; give one at least.", nameof(dictionaries));
        int bins = dictionaries[0].Templates.GetLength(0), column = 0;
        var joined = new float[bins, dictionaries.Sum(dictionary => dictionary.Rank)];
        foreach (var dictionary in dictionaries)
        {
            if (dictionary.Templates.GetLength(0) != bins)
                throw new ArgumentException($"One dictionary has {bins} bins (FftLength {dictionaries[0].FftLength}) and another {dictionary.Templates.GetLength(0)} (FftLength {dictionary.FftLength}); they must have as many: learn one of them anew.", nameof(dictionaries));
            for (int k = 0; k < dictionary.Rank; k++, column++)
                for (int f = 0; f < bins; f++) joined[f, column] = dictionary.Templates[f, k];
        }
        return joined;
    }

    /// <summary>Writes it, replacing a file of that name only when it is complete.</summary>
    /// <param name="path">Where.</param>
    /// <param name="overwrite">False refuses to replace a file.</param>
    /// <exception cref="IOException">The file cannot be written, or is there and not to be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow it.</exception>
    public void Save(string path, bool overwrite = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // A name of its own: another run may be writing a file of the same name.
        string partial = $"{path}.{Path.GetRandomFileName()}.partial";
        var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            using (file) Write(file);
            File.Move(partial, path, overwrite);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private void Write(Stream file)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Create);
        using (var entry = Open(archive, TemplatesEntry)) NpyFile.Write(entry, Templates);
        using var framing = new StreamWriter(Open(archive, FramingEntry));
        framing.Write(Framing().ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

        static Stream Open(ZipArchive archive, string name)
        {
            var entry = archive.CreateEntry(name);
            entry.LastWriteTime = s_epoch;
            return entry.Open();
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no dictionary, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static LearntTemplates Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read);
            using var templates = Content(archive, TemplatesEntry, MostTemplatesBytes, path);
            using var framing = Content(archive, FramingEntry, MostFramingBytes, path);
            var json = JsonNode.Parse(framing) as JsonObject ?? throw new FormatException("no object");
            var dictionary = new LearntTemplates
            {
                Templates = NpyFile.Read(templates, $"{path}: {TemplatesEntry}"),
                SampleRateHz = Value(json, "sampleRateHz").GetValue<int>(),
                FftLength = Value(json, "nFft").GetValue<int>(),
                WindowLength = Value(json, "winLength").GetValue<int>(),
                Window = WindowOf(Value(json, "window").GetValue<string>()),
                Beta = Value(json, "beta").GetValue<double>(),
            };
            new StftOptions { FftLength = dictionary.FftLength, WindowLength = dictionary.WindowLength, HopLength = 1, Window = dictionary.Window }.Validate();
            if (dictionary.SampleRateHz < 1 || !(dictionary.Beta is >= -1 and <= 4)) throw new FormatException("a rate or divergence that cannot be");
            foreach (float entry in dictionary.Templates)
                if (!(entry >= 0 && entry < float.PositiveInfinity)) throw new FormatException("a template is not finite, or negative");
            if (dictionary.Templates.GetLength(0) != dictionary.FftLength / 2 + 1 || dictionary.Rank is < 1 or > 256)
                throw new InvalidDataException($"{path} holds templates of {dictionary.Templates.GetLength(0)} x {dictionary.Rank}; {dictionary.FftLength / 2 + 1} bins x 1..256 components are expected.");
            for (int k = 0; k < dictionary.Rank; k++)
                if (Enumerable.Range(0, dictionary.Templates.GetLength(0)).All(f => dictionary.Templates[f, k] == 0)) throw new InvalidDataException($"{path}: template {k + 1} is zero everywhere, so that it is none; learn it anew.");
            return dictionary;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException
            || (exception is InvalidDataException && !exception.Message.Contains(path, StringComparison.Ordinal)))
        {
            throw new InvalidDataException($"{path} is no dictionary, or is damaged; learn it anew.", exception);
        }
    }

    private static JsonNode Value(JsonObject json, string name) => json[name] ?? throw new KeyNotFoundException(name);

    private static string WordOf(WindowKind window) => window.ToString().ToLowerInvariant();

    /// <summary>The window of a word. Files of before have it with a capital letter.</summary>
    private static WindowKind WindowOf(string word) =>
        Enum.GetValues<WindowKind>().Cast<WindowKind?>().FirstOrDefault(window => string.Equals(WordOf(window!.Value), word, StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException($"no window is called {word}");

    private JsonObject Framing() => new()
    {
        ["sampleRateHz"] = SampleRateHz,
        ["nFft"] = FftLength,
        ["winLength"] = WindowLength,
        ["window"] = WordOf(Window),
        ["beta"] = Beta,
    };

    /// <summary>An entry in memory. What it claims to hold is believed only as far as it is there.</summary>
    private static MemoryStream Content(ZipArchive archive, string name, int most, string path)
    {
        var entry = archive.GetEntry(name) ?? throw new InvalidDataException($"{path} has no entry {name}: it is no dictionary; learn one.");
        if (entry.Length > most) throw new InvalidDataException($"{path} claims {entry.Length} bytes of {name}; at most {most} are read.");
        var content = new MemoryStream();
        using var stream = entry.Open();
        var block = new byte[1 << 16];
        for (int read; (read = stream.Read(block)) > 0;)
        {
            if (content.Length + read > entry.Length) throw new InvalidDataException($"{path}: {name} is longer than it claims; the file is damaged.");
            content.Write(block, 0, read);
        }
        if (content.Length < entry.Length) throw new InvalidDataException($"{path}: {name} is shorter than it claims; the file is damaged.");
        if (Crc32.HashToUInt32(content.GetBuffer().AsSpan(0, (int)content.Length)) != entry.Crc32)
            throw new InvalidDataException($"{path}: {name} is damaged: its checksum is another; learn it anew.");
        content.Position = 0;
        return content;
    }
}
