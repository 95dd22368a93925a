using System.Text.Json;

namespace GpuNmf.Tests.Audio;

/// <summary>One entry of <c>audio/odd_expected.json</c>: a WAV file that tests readers, and what libsndfile reads in it.</summary>
internal sealed record OddWavFile
{
    public const string List = "audio/odd_expected.json";

    public required string Expect { get; init; }

    /// <summary>libsndfile reads the file; the properties below are set only then, or where only scipy does.</summary>
    public required bool IsReadByLibsndfile { get; init; }

    public int SampleRateHz { get; init; }

    public int Channels { get; init; }

    public long Frames { get; init; }

    /// <summary>libsndfile's name of the sample format: PCM_U8, PCM_16, FLOAT.</summary>
    public string Subtype { get; init; } = "";

    /// <summary>The first sample frames (up to four) and the last one, or nothing where the file is empty.</summary>
    public double[][] FirstFrames { get; init; } = [];

    public double[] LastFrame { get; init; } = [];

    /// <summary>Of all samples as float64, little-endian, interleaved; null where the file is empty.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How the reader's name of the encoding ends.</summary>
    public string Encoding => Subtype switch { "FLOAT" => "float 32", "DOUBLE" => "float 64", "ULAW" => "mu-law", "PCM_U8" => "8", _ => Subtype["PCM_".Length..] };

    /// <summary>Only scipy reads the file, as integers left-justified in 64 bits; <see cref="FirstFrames"/> and the three numbers are its.</summary>
    public bool IsReadByScipyAlone { get; init; }

    /// <summary>All entries of the list at a path, by the file's path below <c>audio/</c>.</summary>
    public static Dictionary<string, OddWavFile> ReadList(string path)
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllBytes(path));
        return list.RootElement.GetProperty("files").EnumerateObject().ToDictionary(f => f.Name, f => Read(f.Value));
    }

    private static OddWavFile Read(JsonElement entry)
    {
        JsonElement read = entry.GetProperty("libsndfile");
        string expect = entry.GetProperty("expect").GetString()!;
        if (!read.GetProperty("ok").GetBoolean()) return ReadScipy(expect, entry.GetProperty("scipy"));
        bool hasSamples = read.TryGetProperty("sha256_float64_le_interleaved", out JsonElement sha256);
        return new OddWavFile
        {
            Expect = expect,
            IsReadByLibsndfile = true,
            SampleRateHz = read.GetProperty("rate").GetInt32(),
            Channels = read.GetProperty("channels").GetInt32(),
            Frames = read.GetProperty("frames").GetInt64(),
            Subtype = read.GetProperty("subtype").GetString()!,
            FirstFrames = hasSamples ? [.. read.GetProperty("first_frames").EnumerateArray().Select(Numbers)] : [],
            LastFrame = hasSamples ? Numbers(read.GetProperty("last_frame")) : [],
            Sha256 = hasSamples ? sha256.GetString() : null,
        };
    }

    private static OddWavFile ReadScipy(string expect, JsonElement read)
    {
        var refused = new OddWavFile { Expect = expect, IsReadByLibsndfile = false };
        if (!read.GetProperty("ok").GetBoolean() || read.GetProperty("dtype").GetString() != "int64") return refused;
        return refused with
        {
            IsReadByScipyAlone = true,
            SampleRateHz = read.GetProperty("rate").GetInt32(),
            Channels = read.GetProperty("channels").GetInt32(),
            Frames = read.GetProperty("frames").GetInt64(),
            Subtype = "PCM_",
            FirstFrames = [.. read.GetProperty("first_frames").EnumerateArray().Select(frame => Array.ConvertAll(Numbers(frame), v => v / Math.Pow(2, 63)))],
        };
    }

    private static double[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];
}
