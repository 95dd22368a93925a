using System.Text.Json;
using GpuNmf.Audio;
using GpuNmf.Tests.Audio.Codecs;

namespace GpuNmf.Cli.Tests;

/// <summary>Recordings that ffmpeg decodes, and parts that it encodes.</summary>
public sealed class CompressedRecordingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Song(string name, params string[] options) => Song(name, 1.5, options);

    private string Song(string name, double seconds, params string[] options)
    {
        TestRecording.WriteTones(_folder["song.wav"], seconds, channels: 2);
        FfmpegTool.Make(["-i", _folder["song.wav"], .. options, _folder[name]]);
        return _folder[name];
    }

    private CliRun Separate(string input, string target, params string[] options) =>
        CliRun.Of(["separate", _folder[input], "--out", _folder[target], "--rank", "3", .. options]);

    private JsonElement Json(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder[path]));
        return document.RootElement.Clone();
    }

    [Theory]
    [InlineData]
    [InlineData("--start", "0.25", "--duration", "0.5")]
    public void A_flac_file_gives_the_parts_of_the_wav_file(params string[] piece)
    {
        Song("song.flac");
        Separate("song.wav", "from-wav", piece).AssertOk();
        Separate("song.flac", "from-flac", piece).AssertOk();
        foreach (string name in (string[])["component-01.wav", "component-02.wav", "component-03.wav", "templates.npy", "activations.npy"])
            Assert.True(File.ReadAllBytes(_folder["from-wav", name]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["from-flac", name])), name);
        JsonElement input = Json("from-flac", "result.json").GetProperty("input");
        Assert.Equal(("song.flac", "flac 16", 8000, 2), (input.GetProperty("file").GetString(), input.GetProperty("encoding").GetString(), input.GetProperty("sampleRateHz").GetInt32(), input.GetProperty("channels").GetInt32()));
        Assert.Equal(["activations.npy", "component-01.wav", "component-02.wav", "component-03.wav", "result.json", "templates.npy", "timings.json"], Names("from-flac"));
        Assert.Equal(["from-flac", "from-wav", "song.flac", "song.wav"], _folder.Names);
    }

    [Fact]
    public void What_does_not_suit_is_found_after_decoding_and_leaves_nothing()
    {
        Song("song.flac");
        Separate("song.flac", "parts", "--start", "9").AssertError(ExitCodes.Usage, "--start is 9; it must be at least 0 and before the end of the recording, which lasts 1.5 s");
        Separate("song.flac", "parts", "--duration", "0.1").AssertError(ExitCodes.Input, "800 samples", "2048");
        Assert.Equal(["song.flac", "song.wav"], _folder.Names);
    }

    [Fact]
    public void Warnings_of_the_decoder_are_told_and_kept()
    {
        Song("song.mp3", seconds: 4);
        using (var file = new FileStream(_folder["song.mp3"], FileMode.Open)) file.SetLength(file.Length / 2);
        CliRun run = Separate("song.mp3", "parts").AssertOk();
        Assert.Contains("gpunmf: warning: The file holds 1.", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("it may have been cut off.", Json("parts", "result.json").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_may_be_compressed_too()
    {
        Song("song.flac");
        CliRun.Of("separate", _folder["song.wav"], "--rank", "4", "--example", _folder["song.flac"], "--example", _folder["song.wav"], "--out", _folder["parts"]).AssertOk();
        Assert.Equal(["source-1.wav", "source-2.wav"], Names("parts").Where(name => name.EndsWith(".wav", StringComparison.Ordinal)));
        Assert.Equal(["parts", "song.flac", "song.wav"], _folder.Names);
        File.WriteAllText(_folder["words.mp3"], "words and nothing else");
        CliRun.Of("separate", _folder["song.wav"], "--rank", "4", "--example", _folder["words.mp3"], "--example", _folder["song.wav"], "--out", _folder["more"])
            .AssertError(ExitCodes.Input, "--example '", "words.mp3");
    }

    [Fact]
    public void Learn_and_sweep_take_them_and_leave_nothing_beside_their_results()
    {
        Song("song.mkv", "-c:a", "flac");
        CliRun.Of("learn", _folder["song.mkv"], "--rank", "2", "--out", _folder["song.npz"]).AssertOk();
        CliRun.Of("sweep", _folder["song.mkv"], "--ranks", "2,3", "--restarts", "2", "--out", _folder["ranks"]).AssertOk();
        Assert.Equal("flac 16", Json("ranks", "sweep.json").GetProperty("input").GetProperty("encoding").GetString());
        Assert.Equal(["ranks", "song.mkv", "song.npz", "song.wav"], _folder.Names);
        Assert.Equal(["sweep-loss.png", "sweep-stability.png", "sweep.csv", "sweep.json", "timings.json"], Names("ranks"));
    }

    [Fact]
    public async Task The_real_engine_separates_them()
    {
        Song("song.m4a");
        (await ProgramProcess.Run("separate", _folder["song.m4a"], "--rank", "2", "--format", "flac", "--out", _folder["parts"], "--device", "cpu", "--n-fft", "512", "--max-iter", "5")).AssertOk();
        Assert.Equal(["activations.npy", "component-01.flac", "component-02.flac", "result.json", "templates.npy", "timings.json"], Names("parts"));
        Assert.Equal(["parts", "song.m4a", "song.wav"], _folder.Names);
    }

    [Fact, Trait("Suite", "Full")]
    public async Task The_real_engine_learns_and_sweeps_them()
    {
        Song("song.m4a");
        string[] quick = ["--device", "cpu", "--n-fft", "512", "--max-iter", "5"];
        (await ProgramProcess.Run(["learn", _folder["song.m4a"], "--rank", "2", "--out", _folder["song.npz"], .. quick])).AssertOk();
        (await ProgramProcess.Run(["sweep", _folder["song.m4a"], "--ranks", "2", "--restarts", "2", "--out", _folder["ranks"], .. quick])).AssertOk();
        Assert.Equal(["ranks", "song.m4a", "song.npz", "song.wav"], _folder.Names);
    }

    [Theory]
    [InlineData("pcm24")]
    [InlineData("pcm24", "--encoding", "pcm24")]
    [InlineData("pcm16", "--encoding", "pcm16")]
    public void Flac_parts_hold_the_samples_of_wav_parts(string encoding, params string[] options)
    {
        Song("song.flac");
        string[] grouping = ["--sources", "2", "--keep-components"];
        Separate("song.wav", "wav", ["--encoding", encoding, .. grouping]).AssertOk();
        CliRun run = Separate("song.wav", "flac", ["--format", "flac", .. options, .. grouping, "--json"]).AssertOk();

        string[] stems = ["component-01", "component-02", "component-03", "source-1", "source-2"];
        string[] others = ["activations.npy", "result.json", "templates.npy", "timings.json"];
        Assert.Equal(others.Concat(stems.Select(stem => stem + ".flac")).Order(StringComparer.Ordinal), Names("flac"));
        foreach (string stem in stems) Assert.Equal(Samples("wav", stem + ".wav"), Samples("flac", stem + ".flac"));

        JsonElement flac = Json("flac", "result.json"), wav = Json("wav", "result.json");
        Assert.Equal(("flac", encoding), (flac.GetProperty("parameters").GetProperty("format").GetString(), flac.GetProperty("parameters").GetProperty("encoding").GetString()));
        Assert.Equal("wav", wav.GetProperty("parameters").GetProperty("format").GetString());
        foreach (string list in (string[])["stems", "components"])
            Assert.Equal(wav.GetProperty(list).GetRawText().Replace(".wav", ".flac", StringComparison.Ordinal), flac.GetProperty(list).GetRawText());
        using JsonDocument printed = JsonDocument.Parse(run.Stdout);
        foreach (JsonElement path in printed.RootElement.GetProperty("paths").GetProperty("stems").EnumerateArray()) Assert.True(File.Exists(path.GetString()));

        Separate("song.wav", "flac", "--force").AssertOk();
        Assert.DoesNotContain("source-1.flac", Names("flac"));
    }

    [Fact]
    public void Clipping_of_flac_parts_is_told_with_both_options_that_help()
    {
        FfmpegTool.Need();
        TestRecording.WriteTones(_folder["song.wav"]);
        CliRun run = CliRun.Of(new ToyEngine { Gain = 40 }, "separate", _folder["song.wav"], "--rank", "2", "--format", "flac", "--out", _folder["parts"]).AssertOk();
        Assert.Matches(@"warning: component-01\.flac: \d+ samples lie beyond full scale and were clipped; --format wav --encoding float32 keeps them\.", run.Stderr);
    }

    [Fact]
    public void Float_samples_are_refused_for_flac() => Separate("none.wav", "parts", "--format", "flac", "--encoding", "float32")
        .AssertError(ExitCodes.Usage, "--encoding is float32, and FLAC files hold integers; take --encoding pcm24 or pcm16, or --format wav");

    [Fact]
    public void A_format_that_there_is_not_is_refused() => Separate("none.wav", "parts", "--format", "mp3").AssertError(ExitCodes.Usage, "--format is 'mp3'; the choices are wav, flac");

    [Fact]
    public void More_channels_than_flac_has_are_refused()
    {
        FfmpegTool.Need();
        TestRecording.WriteBytes(_folder["wide.wav"], 9, new byte[9 * 4000]);
        Separate("wide.wav", "parts", "--format", "flac").AssertError(ExitCodes.Input, "wide.wav' has 9 channels; a FLAC file holds at most 8, so take --format wav");
        Assert.Equal(["wide.wav"], _folder.Names);
    }

    private string[] Names(string folder) => [.. Directory.EnumerateFileSystemEntries(_folder[folder]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private float[] Samples(params string[] path)
    {
        using AudioFile file = AudioFile.Open(_folder[path], cancellation: TestContext.Current.CancellationToken);
        file.Decode(_folder.Root, TestContext.Current.CancellationToken);
        return AudioBuffer.From(file.Samples).Interleaved.ToArray();
    }
}
