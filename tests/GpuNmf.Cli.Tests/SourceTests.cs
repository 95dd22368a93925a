using System.Text.Json;
using GpuNmf.Grouping;

namespace GpuNmf.Cli.Tests;

/// <summary><c>--sources</c>, <c>--group-by</c>, <c>--example</c> and <c>--keep-components</c>.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToyEngine _engine = new();

    public void Dispose() => _folder.Dispose();

    private CliRun Run(params string[] options) =>
        CliRun.Of(_engine, ["separate", TestRecording.WriteTones(_folder["song.wav"], 0.5), "--out", _folder["parts"], .. options]);

    private string[] Waves() => [.. Directory.EnumerateFiles(_folder["parts"], "*.wav").Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Sources_are_written_instead_of_components()
    {
        CliRun run = Run("--rank", "4", "--sources", "2").AssertOk();
        Assert.Equal(["source-1.wav", "source-2.wav"], Waves());
        Assert.Equal((2, GroupingMethod.Mfcc, null), (_engine.Options!.Grouping!.Sources, _engine.Options.Grouping.Method, _engine.Options.Grouping.ComponentSink));
        Assert.Contains("1, 3", run.Stdout, StringComparison.Ordinal);
        Assert.Matches("source +file +power", run.Stdout);
        using JsonDocument result = JsonDocument.Parse(File.ReadAllText(_folder["parts", "result.json"]));
        Assert.Equal("[[1,3],[2,4]]", JsonSerializer.Serialize(result.RootElement.GetProperty("sources")));
        Assert.Equal("mfcc", result.RootElement.GetProperty("parameters").GetProperty("groupBy").GetString());
        Assert.Equal(2, result.RootElement.GetProperty("stems").GetArrayLength());
        Assert.Equal(0, result.RootElement.GetProperty("components").GetArrayLength());
    }

    [Fact]
    public void Components_are_kept_on_request_and_a_folder_of_both_is_the_programs_own()
    {
        Run("--rank", "4", "--sources", "3", "--group-by", "envelope", "--keep-components").AssertOk();
        Assert.Equal(["component-01.wav", "component-02.wav", "component-03.wav", "component-04.wav", "source-1.wav", "source-2.wav", "source-3.wav"], Waves());
        Assert.Equal(GroupingMethod.Envelope, _engine.Options!.Grouping!.Method);
        Run("--force", "--rank", "2").AssertOk();
        Assert.Equal(["component-01.wav", "component-02.wav"], Waves());
    }

    [Fact]
    public void Examples_say_how_many_sources_there_are()
    {
        string kick = TestRecording.WriteTones(_folder["kick.wav"], 0.4), snare = TestRecording.WriteTones(_folder["snare.wav"], 0.4, seed: 2);
        CliRun run = Run("--example", kick, "--example", snare).AssertOk();
        Assert.Matches(@"1 +source-1\.wav +kick\.wav ", run.Stdout);
        Assert.Matches(@"2 +source-2\.wav +snare\.wav ", run.Stdout);
        Assert.Equal(["source-1.wav", "source-2.wav"], Waves());
        Assert.Equal((2, GroupingMethod.Examples, 2), (_engine.Options!.Grouping!.Sources, _engine.Options.Grouping.Method, _engine.Options.Grouping.Examples!.Count));
        Assert.Contains("\"kick.wav\"", File.ReadAllText(_folder["parts", "result.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Root, File.ReadAllText(_folder["parts", "result.json"]), StringComparison.Ordinal);
    }

    /// <summary>Masks of one source let everything through.</summary>
    [Fact]
    public void One_source_is_warned_of()
    {
        string kick = TestRecording.WriteTones(_folder["kick.wav"], 0.4);
        Assert.Contains("warning: --sources is 1, so that everything is given back as one part; take 2 or more", Run("--sources", "1").AssertOk().Stderr, StringComparison.Ordinal);
        Assert.Contains("warning: There is one --example, so that everything is given back as one part; ", Run("--example", kick, "--force").AssertOk().Stderr, StringComparison.Ordinal);
        Assert.Contains("There is one --example", File.ReadAllText(_folder["parts", "result.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("as one part", Run("--sources", "2", "--force").AssertOk().Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("as one part", Run("--sources", "1", "--reconstruct", "magnitude", "--force").AssertOk().Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("as one part", Run("--rank", "1", "--force").AssertOk().Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sources 0", "--sources is 0", "at least 1")]
    [InlineData("--sources 9", "--sources is 9", "8 components")]
    [InlineData("--sources two", "--sources is 'two'", "whole number")]
    [InlineData("--sources 2 --group-by ear", "--group-by is 'ear'", "mfcc, envelope")]
    [InlineData("--group-by envelope", "--group-by is for sources", "--sources")]
    [InlineData("--keep-components", "--keep-components is for sources", "--sources")]
    [InlineData("--example a.wav --sources 2", "--sources is 2 and --example is given 1 times", "one for each")]
    [InlineData("--example a.wav --group-by mfcc", "--group-by and --example", "leave one of them out")]
    [InlineData("--example a.wav --example b.wav --example c.wav --rank 2", "--example is given 3 times", "only 2 components (--rank)", "fewer examples")]
    [InlineData("--sources 2 --sources 3", "--sources is given 2 times", "once")]
    public void Contradictions_are_usage_errors(string options, params string[] pieces) => Run(options.Split(' ')).AssertError(ExitCodes.Usage, pieces);

    [Fact]
    public void Examples_that_do_not_suit_are_input_errors()
    {
        Run("--example", _folder["none.wav"]).AssertError(ExitCodes.Input, "--example '", "no such file");
        Run("--example", TestRecording.WriteTones(_folder["short.wav"], 0.1)).AssertError(ExitCodes.Input, "xample 1 is 800 samples long", "2048");
        Directory.CreateDirectory(_folder["kicks"]);
        Run("--example", _folder["kicks"]).AssertError(ExitCodes.Input, "--example '", "kicks' is a folder; name a file");
        File.WriteAllText(_folder["text.wav"], "no audio at all, only text");
        Run("--example", _folder["text.wav"]).AssertError(ExitCodes.Input, "text.wav");
        Assert.False(Directory.Exists(_folder["parts"]));
    }
}
