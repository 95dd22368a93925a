using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Inputs;

namespace GpuNmf.Cli.Tests;

/// <summary>Which folder each recording gets.</summary>
public sealed class OutPatternTests
{
    private static IReadOnlyList<string> Folders(string pattern, params string[] paths) => new OutPattern(pattern, areSeveral: true).FoldersOf(paths);

    [Theory]
    [InlineData("out", "out/song", "out/b.1")]
    [InlineData("out/", "out/song", "out/b.1")]
    [InlineData("{parent}/parts of {name}", "takes/parts of song", "late/parts of b.1")]
    [InlineData("x-{index}-{ext}", "x-1-wav", "x-2-WAV")]
    [InlineData("{name}{name}.parts", "songsong.parts", "b.1b.1.parts")]
    public void Placeholders_are_filled(string pattern, string first, string second) =>
        Assert.Equal([first, second], Folders(pattern, "takes/song.wav", "takes/late/b.1.WAV"));

    [Fact]
    public void Numbers_have_the_digits_of_the_last()
    {
        IReadOnlyList<string> folders = Folders("{index}", [.. Enumerable.Range(0, 12).Select(i => $"{i}.wav")]);
        Assert.Equal(("01", "12"), (folders[0], folders[^1]));
    }

    [Theory]
    [InlineData("a/x.wav b/x.wav c/x.wav", "x x-2 x-3")]
    [InlineData("a/x.wav b/x.wav x-2.wav", "x x-3 x-2")]
    [InlineData("x-2.wav a/x.wav b/x.wav", "x-2 x x-3")]
    [InlineData("a/x.wav b/x-2.wav c/x.wav d/x-2.wav", "x x-2 x-3 x-2-2")]
    [InlineData("x.wav X.WAV", "x X-2")]
    [InlineData("x.wav x.partial.wav x.replaced.wav", "x x.partial-2 x.replaced-2")]
    [InlineData("x.partial.wav x.wav", "x.partial x-2")]
    public void Folders_that_would_be_the_same_get_numbers_by_the_order_of_the_recordings(string paths, string folders) =>
        Assert.Equal(folders.Split(' ').Select(folder => $"out/{folder}"), Folders("out", paths.Split(' ')));

    [Fact]
    public void A_pattern_that_says_too_little_gets_numbers_too() => Assert.Equal(["takes", "takes-2", "late"], Folders("{parent}", "takes/a.wav", "takes/b.wav", "takes/late/a.wav"));

    [Theory]
    [InlineData(".wav", "out/.wav")]
    [InlineData("..wav", "out/..wav")]
    [InlineData("a/...wav", "out/...wav")]
    [InlineData("-x.wav", "out/-x")]
    [InlineData("{name}.wav", "out/{name}")]
    [InlineData("new\nline.wav", "out/new\nline")]
    public void No_name_leads_out_of_the_folder(string path, string folder) => Assert.Equal([folder], Folders("out", path));

    [Fact]
    public void A_recording_in_the_root_has_a_parent_too() => Assert.Equal(["root"], Folders("{parent}", "/a.wav"));

    [Fact]
    public void One_recording_may_have_a_pattern_and_needs_none()
    {
        Assert.Equal(["out"], new OutPattern("out", areSeveral: false).FoldersOf(["a.wav"]));
        Assert.Equal(["out/a"], new OutPattern("out/{name}", areSeveral: false).FoldersOf(["a.wav"]));
        Assert.Equal(["{mine}"], new OutPattern("{mine}", areSeveral: false).FoldersOf(["a.wav"]));
    }

    [Theory]
    [InlineData("{nmae}", true)]
    [InlineData("{nmae}/{index}", false)]
    public void A_placeholder_that_there_is_not_is_refused(string pattern, bool areSeveral)
    {
        var exception = Assert.Throws<CliException>(() => new OutPattern(pattern, areSeveral).FoldersOf([]));
        Assert.Equal(ExitCodes.Usage, exception.ExitCode);
        Assert.Equal($"--out is '{pattern}', and {{nmae}} is no placeholder; they are {{name}}, {{parent}}, {{ext}}, {{index}} (did you mean '{{name}}'?)", exception.Message);
    }
}
