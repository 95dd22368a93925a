using System.Text.Json;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

/// <summary><c>--skip-existing</c>: a folder that is complete stays as it is.</summary>
public sealed class SkipExistingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SkipExistingTests()
    {
        TestRecording.WriteTones(_folder["a.wav"], 0.5);
        TestRecording.WriteTones(_folder["b.wav"], 0.5);
    }

    public void Dispose() => _folder.Dispose();

    private CliRun One(ToyEngine engine, params string[] options) => CliRun.Of(engine, ["separate", _folder["a.wav"], "--out", _folder["out", "a"], "--skip-existing", .. options]);

    private CliRun Both(params string[] options) => CliRun.Of(["separate", _folder["a.wav"], _folder["b.wav"], "--out", _folder["out"], "--skip-existing", .. options]);

    private Dictionary<string, DateTime> Times(string folder) => Directory.GetFiles(_folder["out", folder]).ToDictionary(path => path, File.GetLastWriteTimeUtc);

    [Fact]
    public void A_complete_folder_is_left_and_counted()
    {
        One(new ToyEngine(), "--rank", "3", "--quiet").AssertOk();
        Dictionary<string, DateTime> before = Times("a");

        var engine = new ToyEngine();
        Assert.Equal($"{_folder["a.wav"]}: skipped, {_folder["out", "a"]} is complete\n", One(engine).AssertOk().Stdout);
        Assert.Equal(0, engine.Opened);
        CliRun run = Both().AssertOk();

        Assert.Equal(before, Times("a"));
        Assert.True(File.Exists(_folder["out", "b", OutputFiles.Result]));
        Assert.StartsWith($"{_folder["a.wav"]}: skipped, {_folder["out", "a"]} is complete\n", run.Stdout, StringComparison.Ordinal);
        Assert.EndsWith("2 recordings: 1 done, 1 skipped\n", run.Stdout, StringComparison.Ordinal);
        Assert.EndsWith("2 recordings: 0 done, 2 skipped\n", Both().AssertOk().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_of_what_was_skipped_is_that_of_when_it_was_made()
    {
        string made = One(new ToyEngine(), "--rank", "3", "--sources", "2", "--keep-components", "--json", "--quiet").AssertOk().Stdout;
        Assert.Equal(made, One(new ToyEngine(), "--json", "--quiet").AssertOk().Stdout);
        using JsonDocument both = JsonDocument.Parse(Both("--json", "--quiet").AssertOk().Stdout), one = JsonDocument.Parse(made);
        JsonElement skipped = both.RootElement.GetProperty("files")[0];
        Assert.Equal("skipped", skipped.GetProperty("outcome").GetString());
        Assert.True(JsonElement.DeepEquals(one.RootElement, skipped.GetProperty("result")));
    }

    /// <summary>Recordings of one name get -2, -3, ... by their places in the list; with one more, a folder may be another's.</summary>
    [Fact]
    public void A_folder_of_another_recording_of_the_same_name_and_length_is_a_failure()
    {
        One(new ToyEngine(), "--quiet").AssertOk();
        byte[] samples = File.ReadAllBytes(_folder["a.wav"]);
        samples[^1] ^= 1;
        File.WriteAllBytes(_folder["a.wav"], samples);

        One(new ToyEngine()).AssertError(ExitCodes.Output, "holds the parts of another 'a.wav', or of what it was before it changed");

        samples[^1] ^= 1;
        File.WriteAllBytes(_folder["a.wav"], samples);
        One(new ToyEngine()).AssertOk();
    }

    [Fact]
    public void Without_it_an_existing_folder_is_its_recordings_failure()
    {
        One(new ToyEngine(), "--quiet").AssertOk();
        CliRun run = CliRun.Of("separate", _folder["a.wav"], _folder["b.wav"], "--out", _folder["out"]);
        Assert.Equal(ExitCodes.Output, run.ExitCode);
        Assert.Contains($"{_folder["a.wav"]}: exit code 5: --out '{_folder["out", "a"]}' exists already", run.Stderr, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["out", "b", OutputFiles.Result]));
    }

    [Fact]
    public void What_an_unfinished_run_left_is_no_folder()
    {
        Directory.CreateDirectory(_folder["out", "a.partial"]);
        File.WriteAllText(_folder["out", "a.partial", OwnFolder.WorkMarker], "");
        Both("--quiet").AssertOk();
        Assert.Equal(["a", "b"], Directory.GetDirectories(_folder["out"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("another recording", "holds the parts of 'b.wav'")]
    [InlineData("a stem is missing", "is not complete: 'component-02.wav' is missing")]
    [InlineData("templates are missing", "is not complete: 'templates.npy' is missing")]
    [InlineData("foreign", "is no complete separation of gpunmf's")]
    [InlineData("a sweep", "is no complete separation of gpunmf's")]
    [InlineData("another program", "is no complete separation of gpunmf's")]
    [InlineData("broken", "cannot be read")]
    [InlineData("nonsense", "cannot be read")]
    [InlineData("no names", "cannot be read: a file of stems has no name")]
    public void A_folder_that_is_not_this_recordings_is_a_failure(string what, string message)
    {
        One(new ToyEngine(), "--rank", "2", "--quiet").AssertOk();
        string result = _folder["out", "a", OutputFiles.Result], text = File.ReadAllText(result);
        switch (what)
        {
            case "another recording":
                File.WriteAllText(result, text.Replace("a.wav", "b.wav", StringComparison.Ordinal));
                break;
            case "a stem is missing":
                File.Delete(_folder["out", "a", "component-02.wav"]);
                break;
            case "templates are missing":
                File.Delete(_folder["out", "a", OutputFiles.Templates]);
                break;
            case "foreign":
                File.Delete(result);
                break;
            case "a sweep":
                File.Move(result, _folder["out", "a", OutputFiles.Sweep]);
                break;
            case "another program":
                File.WriteAllText(result, text.Replace("\"gpunmf\"", "\"other\"", StringComparison.Ordinal));
                break;
            case "broken":
                File.WriteAllText(result, text[..100]);
                break;
            case "nonsense":
                File.WriteAllText(result, """{ "program": "gpunmf", "input": 5 }""");
                break;
            default:
                File.WriteAllText(result, """{ "program": "gpunmf", "input": { "file": "a.wav" }, "stems": [null] }""");
                break;
        }
        One(new ToyEngine()).AssertError(ExitCodes.Output, "exists already and", message, "--force instead of --skip-existing");
        Assert.Contains(message, Both().Stderr, StringComparison.Ordinal);
    }
}
