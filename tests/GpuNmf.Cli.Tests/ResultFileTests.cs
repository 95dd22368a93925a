using System.Text.Json;
using GpuNmf.Audio;
using GpuNmf.Files;

namespace GpuNmf.Cli.Tests;

public sealed class ResultFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(string target, ToyEngine engine, params string[] options) =>
        CliRun.Of(engine, ["separate", TestRecording.WriteTones(_folder["lied ä.wav"], channels: 2), "--out", _folder[target], .. options]).AssertOk();

    private JsonElement Json(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder[path]));
        return document.RootElement.Clone();
    }

    private static string[] NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(p => p.Name)];

    [Theory]
    [InlineData(3, "component-01.wav", "component-03.wav")]
    [InlineData(100, "component-001.wav", "component-100.wav")]
    public void The_folder_holds_the_files_of_the_documentation(int rank, string first, string last)
    {
        Run("parts", new ToyEngine(), "--rank", $"{rank}");
        string[] names = [.. Directory.EnumerateFileSystemEntries(_folder["parts"]).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];
        Assert.Equal(rank + 4, names.Length);
        Assert.Equal("activations.npy", names[0]);
        Assert.Equal(first, names[1]);
        Assert.Equal(last, names[rank]);
        Assert.Equal(["result.json", "templates.npy", "timings.json"], names[^3..]);
        Assert.Equal(["lied ä.wav", "parts"], _folder.Names);
    }

    [Fact]
    public void The_stems_are_what_the_engine_wrote()
    {
        Run("parts", new ToyEngine(), "--rank", "2");
        using WavSource song = WavSource.Open(_folder["lied ä.wav"]), stem = WavSource.Open(_folder["parts", "component-01.wav"]);
        Assert.Equal((song.Length, song.Channels, song.SampleRateHz), (stem.Length, stem.Channels, stem.SampleRateHz));
        float[] whole = AudioBuffer.From(song).Interleaved.ToArray(), part = AudioBuffer.From(stem).Interleaved.ToArray();
        Assert.Equal(whole.Select(v => v * (2f / 3)), part);      // the toy's first share of two: the same product
    }

    [Fact]
    public void The_factors_have_the_shapes_of_the_field()
    {
        Run("parts", new ToyEngine(), "--rank", "3", "--n-fft", "512", "--hop-length", "256");
        float[,] templates = NpyFile.Read(_folder["parts", "templates.npy"]), activations = NpyFile.Read(_folder["parts", "activations.npy"]);
        Assert.Equal((257, 3), (templates.GetLength(0), templates.GetLength(1)));
        Assert.Equal((3, 1 + 8000 / 256), (activations.GetLength(0), activations.GetLength(1)));
        Assert.Equal(256 + 2 / 16f, templates[256, 2]);
        Assert.Equal(2 + 31 / 16f, activations[2, 31]);
    }

    [Fact]
    public void The_same_run_writes_the_same_bytes()
    {
        string[] options = ["--rank", "4", "--encoding", "pcm16", "--seed", "7", "--start", "0.1"];
        Run("one", new ToyEngine(), options);
        Run("two", new ToyEngine(), options);
        string[] names = [.. Directory.EnumerateFiles(_folder["one"]).Select(e => Path.GetFileName(e)!).Where(n => n != "timings.json")];
        Assert.Equal(7, names.Length);
        foreach (string name in names)
            Assert.True(File.ReadAllBytes(_folder["one", name]).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["two", name])), name);
    }

    [Fact]
    public void The_result_says_everything_in_a_fixed_order()
    {
        Run("parts", new ToyEngine(), "--rank", "2", "--loss", "0.5", "--seed", "18446744073709551615", "--encoding", "pcm24", "--duration", "0.75");
        JsonElement result = Json("parts", "result.json");
        Assert.Equal(
            ["program", "version", "input", "parameters", "device", "bins", "frames", "seed", "restarts", "iterations", "converged", "stop", "lossTrace", "conservationResidualDb", "sources", "stems", "components", "warnings"],
            NamesOf(result));
        Assert.Equal(
            ["device", "threads", "simd", "rank", "beta", "solver", "shuffle", "exponent", "maxIter", "tol", "targetLoss", "timeLimitSeconds", "alphaW", "alphaH", "l1Ratio", "seed", "restarts", "init", "initTemplates", "initActivations", "sources", "components", "mix", "keepComponents", "dictionaries", "free", "adaptIterations", "groupBy", "examples", "normalize",
             "nFft", "hopLength", "winLength", "window", "center", "padMode", "reconstruct", "maskPower", "channels", "startSeconds", "durationSeconds", "format", "encoding"],
            NamesOf(result.GetProperty("parameters")));
        Assert.Equal("gpunmf", result.GetProperty("program").GetString());
        Assert.Equal(ProgramInfo.Version, result.GetProperty("version").GetString());
        JsonElement input = result.GetProperty("input"), parameters = result.GetProperty("parameters");
        Assert.Equal("lied ä.wav", input.GetProperty("file").GetString());
        Assert.Equal("PCM 16", input.GetProperty("encoding").GetString());
        Assert.Equal(6000, input.GetProperty("length").GetInt64());
        Assert.Equal(0.5, parameters.GetProperty("beta").GetDouble());
        Assert.Equal(ulong.MaxValue, parameters.GetProperty("seed").GetUInt64());
        Assert.Equal(512, parameters.GetProperty("hopLength").GetInt32());
        foreach (string name in (string[])["threads", "sources", "dictionaries", "free"]) Assert.Equal(JsonValueKind.Null, parameters.GetProperty(name).ValueKind);
        Assert.False(parameters.GetProperty("keepComponents").GetBoolean());
        Assert.Equal("pcm24", parameters.GetProperty("encoding").GetString());
        Assert.Equal("toy-1", result.GetProperty("device").GetProperty("kind").GetString());
        Assert.Equal(["component-01.wav", "component-02.wav"], result.GetProperty("stems").EnumerateArray().Select(s => s.GetProperty("file").GetString()));
        Assert.Equal(["The engine is a toy."], result.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public void The_result_holds_no_folder_and_no_time()
    {
        NpyFile.Write(_folder["w.npy"], new float[1025, 2]);
        Run("parts", new ToyEngine(), "--init-templates", _folder["w.npy"]);
        string text = File.ReadAllText(_folder["parts", "result.json"]);
        Assert.DoesNotContain(_folder.Root, text, StringComparison.Ordinal);
        Assert.DoesNotContain("econds\": 0.", text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{DateTime.Now.Year}-", text, StringComparison.Ordinal);
        Assert.Contains("\"initTemplates\": \"w.npy\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Doubles_read_back_as_they_were_and_minus_infinity_is_null()
    {
        Run("exact", new ToyEngine());
        JsonElement exact = Json("exact", "result.json");
        Assert.Equal(JsonValueKind.Null, exact.GetProperty("conservationResidualDb").ValueKind);
        Assert.Equal(0.1 + 0.2, exact.GetProperty("lossTrace")[1].GetProperty("loss").GetDouble());
        Run("rounded", new ToyEngine { ResidualDb = -142.12345678901234 });
        Assert.Equal(-142.12345678901234, Json("rounded", "result.json").GetProperty("conservationResidualDb").GetDouble());
    }

    [Fact]
    public void Timings_hold_seconds_and_memory()
    {
        Run("parts", new ToyEngine());
        JsonElement timings = Json("parts", "timings.json");
        Assert.Equal(["program", "version", "stageSeconds", "totalSeconds", "spectrogram", "peakDeviceBytes", "peakProcessBytes"], NamesOf(timings));
        Assert.Equal(0.3, timings.GetProperty("stageSeconds").GetProperty("nmf").GetDouble());
        Assert.Equal(4096, timings.GetProperty("peakDeviceBytes").GetInt64());
        Assert.True(timings.GetProperty("peakProcessBytes").GetInt64() > 1 << 20);
        Assert.True(timings.GetProperty("totalSeconds").GetDouble() > 0);
    }

    [Fact]
    public void Clipping_is_told()
    {
        CliRun run = Run("parts", new ToyEngine { Gain = 40 }, "--encoding", "pcm16");
        Assert.Contains("gpunmf: warning: component-01.wav", run.Stderr, StringComparison.Ordinal);
        Assert.Contains("--encoding float32", run.Stderr, StringComparison.Ordinal);
        Assert.True(Json("parts", "result.json").GetProperty("stems")[0].GetProperty("clippedSamples").GetInt64() > 0);
    }

    [Fact]
    public void Warnings_speak_of_options()
    {
        CliRun run = Run("parts", new ToyEngine { Warning = "Take L1Ratio 1, or penalise the templates too (AlphaTemplates)." });
        Assert.Contains("warning: Take --l1-ratio 1, or penalise the templates too (--alpha-w).", run.Stderr, StringComparison.Ordinal);
        Assert.Equal("Take --l1-ratio 1, or penalise the templates too (--alpha-w).", Json("parts", "result.json").GetProperty("warnings")[0].GetString());
    }

    [Fact]
    public void Json_prints_the_result_with_paths_and_timings()
    {
        CliRun run = Run("parts", new ToyEngine(), "--json", "--rank", "2");
        using JsonDocument printed = JsonDocument.Parse(run.Stdout);
        JsonElement root = printed.RootElement, file = Json("parts", "result.json");
        Assert.Equal([.. NamesOf(file), "paths", "timings"], NamesOf(root));
        foreach (JsonProperty property in file.EnumerateObject())
            Assert.Equal(property.Value.GetRawText(), root.GetProperty(property.Name).GetRawText());
        Assert.Equal(_folder["parts"], root.GetProperty("paths").GetProperty("folder").GetString());
        foreach (JsonElement path in root.GetProperty("paths").GetProperty("stems").EnumerateArray()) Assert.True(File.Exists(path.GetString()));
        foreach (string name in (string[])["templates", "activations", "result", "timings"])
            Assert.True(File.Exists(root.GetProperty("paths").GetProperty(name).GetString()), name);
        Assert.Equal(4096, root.GetProperty("timings").GetProperty("peakDeviceBytes").GetInt64());
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        CliRun run = Run("parts", new ToyEngine(), "--quiet");
        Assert.Equal(("", ""), (run.Stdout, run.Stderr));
    }

    [Fact]
    public void Quiet_json_is_json_and_nothing_else()
    {
        CliRun run = Run("parts", new ToyEngine(), "--quiet", "--json");
        Assert.Equal("", run.Stderr);
        JsonDocument.Parse(run.Stdout).Dispose();
    }

    [Fact]
    public void The_summary_lists_every_component_with_its_share()
    {
        CliRun run = Run("parts", new ToyEngine(), "--rank", "2");
        string[] rows = [.. run.Stdout.Split('\n').Where(l => l.Contains("component-0", StringComparison.Ordinal))];
        Assert.Equal(2, rows.Length);
        Assert.Contains("80.0 %", rows[0], StringComparison.Ordinal);      // shares of 2/3 and 1/3 in amplitude: 4 to 1 in energy
        Assert.Contains("20.0 %", rows[1], StringComparison.Ordinal);
        Assert.Contains("2 parts of lied ä.wav", run.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Stdout);
    }
}
