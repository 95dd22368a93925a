using System.Text.Json;
using GpuNmf.Audio;

namespace GpuNmf.Cli.Tests;

/// <summary><c>--components</c> and <c>--mix</c>. The toy's stem k of n is the recording times (n - k) / (1 + ... + n).</summary>
public sealed class StemChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StemChoiceTests() => TestRecording.WriteTones(_folder["song.wav"], channels: 2);

    public void Dispose() => _folder.Dispose();

    private CliRun Run(params string[] options) => CliRun.Of(["separate", _folder["song.wav"], "--out", _folder["parts"], .. options]);

    private string[] Stems => [.. Directory.GetFiles(_folder["parts"], "*.wav").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private float[] Samples(string name)
    {
        using WavSource file = WavSource.Open(_folder["parts", name]);
        var samples = new float[file.Length * file.Channels];
        file.Read(0, samples);
        return samples;
    }

    private JsonElement Result
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(_folder["parts", "result.json"]));
            return document.RootElement.Clone();
        }
    }

    [Theory]
    [InlineData("--components 3,1", "component-01.wav component-03.wav")]
    [InlineData("--components 2-4", "component-02.wav component-03.wav component-04.wav")]
    [InlineData("--components 1..5:2", "component-01.wav component-03.wav component-05.wav")]
    [InlineData("--mix 3,1", "mix-1+3.wav")]
    [InlineData("--mix 1-4 --mix 2,1 --mix 5", "mix-1+2.wav mix-1-4.wav mix-5.wav")]
    [InlineData("--mix 1-3,5 --components 5", "component-05.wav mix-1-3+5.wav")]
    [InlineData("--sources 2 --components 2", "source-2.wav")]
    [InlineData("--sources 3 --mix 1,3 --keep-components", "component-01.wav component-02.wav component-03.wav component-04.wav component-05.wav mix-1+3.wav")]
    public void Only_what_was_chosen_is_written(string options, string files)
    {
        CliRun run = Run(["--rank", "5", .. options.Split(' ')]).AssertOk();
        Assert.Equal(files.Split(' '), Stems);
        Assert.Equal(files.Split(' '), Result.GetProperty("stems").EnumerateArray().Concat(Result.GetProperty("components").EnumerateArray()).Select(stem => stem.GetProperty("file").GetString()!).Order(StringComparer.Ordinal));
        Assert.Contains("all its", run.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain(" % ", run.Stdout, StringComparison.Ordinal);
        // A folder of choices is the program's own as any other.
        Run("--force", "--quiet").AssertOk();
    }

    [Fact]
    public void A_sum_is_that_of_its_parts_and_a_part_is_what_it_is_among_all()
    {
        Run("--rank", "4", "--quiet").AssertOk();
        float[][] all = [.. Enumerable.Range(1, 4).Select(k => Samples($"component-0{k}.wav"))];
        Run("--rank", "4", "--quiet", "--force", "--components", "2", "--mix", "1,3").AssertOk();
        Assert.Equal(all[1], Samples("component-02.wav"));
        Assert.Equal(all[0].Zip(all[2], (a, b) => (float)((double)a + b)), Samples("mix-1+3.wav"));
    }

    [Fact]
    public void The_result_lists_what_was_written_and_what_was_asked_for()
    {
        Run("--rank", "4", "--sources", "3", "--components", "3,1", "--mix", "1-2", "--mix", "2,3", "--quiet").AssertOk();
        JsonElement parameters = Result.GetProperty("parameters");
        Assert.Equal("[1,3]", JsonSerializer.Serialize(parameters.GetProperty("components")));
        Assert.Equal("[[1,2],[2,3]]", JsonSerializer.Serialize(parameters.GetProperty("mix")));
        Assert.Equal("[[1,4],[2],[3]]", JsonSerializer.Serialize(Result.GetProperty("sources")));
        Assert.Equal(["source-1.wav", "source-3.wav", "mix-1+2.wav", "mix-2+3.wav"], Result.GetProperty("stems").EnumerateArray().Select(stem => stem.GetProperty("file").GetString()));
        Run("--force", "--quiet").AssertOk();
        foreach (string name in (string[])["components", "mix"]) Assert.Equal(JsonValueKind.Null, Result.GetProperty("parameters").GetProperty(name).ValueKind);
    }

    [Fact]
    public void The_summary_names_the_parts_of_a_sum()
    {
        string[] rows = Run("--rank", "4", "--sources", "3", "--components", "3", "--mix", "1-2").AssertOk().Stdout.Split('\n');
        Assert.Contains(rows, row => row.Trim().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["3", "source-3.wav", _, _, "3"]);
        Assert.Contains(rows, row => row.Trim().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["1+2", "mix-1+2.wav", _, _, "1,", "2,", "4"]);
        Assert.Contains(rows, row => row.StartsWith("2 parts of song.wav in ", StringComparison.Ordinal));
        Assert.Contains(rows, row => row.StartsWith("recording minus the sum of all its 3 parts: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--components 9", "--components is '9', and the components are 1..8 (--rank); take numbers among them")]
    [InlineData("--mix 1 --mix 2-9", "--mix is '2-9', and the components are 1..8 (--rank)")]
    [InlineData("--sources 2 --components 3", "--components is '3', and the sources are 1..2")]
    [InlineData("--components 0", "--components is '0'; it must be whole numbers in 1..256")]
    [InlineData("--components 3-1", "--components is '3-1', where 3 is above 1")]
    [InlineData("--mix 1,", "--mix is '1,'; it must be whole numbers")]
    [InlineData("--mix 1+3", "--mix is '1+3'; it must be whole numbers")]
    [InlineData("--mix 1,3 --mix 3,1", "--mix 1+3 is given twice; give it once")]
    [InlineData("--mix 2 --components 2 --mix 2", "--mix 2 is given twice; give it once")]
    [InlineData("--components 1 --components 2", "--components is given 2 times")]
    [InlineData("--sources 2 --components 1 --keep-components", "--keep-components writes every component beside the sources, and --components would name sources; leave one of them out")]
    [InlineData("--rank 256 --mix 1..255:2", "--mix names 128 parts, too many far apart for the name of a file (200 characters at most); take ranges, such as 1-4")]
    public void What_makes_no_sense_is_refused(string options, string message)
    {
        Run(options.Split(' ')).AssertError(ExitCodes.Usage, message);
        Assert.Equal(["song.wav"], _folder.Names);
    }
}
