using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Inputs;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

/// <summary>What names, folders and patterns stand for.</summary>
public sealed class InputListTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InputListTests()
    {
        foreach (string file in (string[])["a.wav", "B.WAV", "notes.txt", "song", "takes/one.wav", "takes/two words.wav", "takes/.hidden.wav", "takes/late/three.wav", "takes/late/deep/four.wav", "takes/.old/five.wav"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
            File.WriteAllText(_folder[file], "");
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The files that arguments within the folder stand for, relative to it.</summary>
    private string[] Find(params string[] arguments) =>
        [.. InputList.Find([.. arguments.Select(argument => _folder[argument])]).Paths.Select(path => Path.GetRelativePath(_folder.Root, path))];

    [Theory]
    [InlineData("*.wav", "a.wav")]
    [InlineData("*", "B.WAV", "a.wav")]
    [InlineData("?.wav", "a.wav")]
    [InlineData("no*s.txt", "notes.txt")]
    [InlineData("takes/*.wav", "takes/one.wav", "takes/two words.wav")]
    [InlineData("takes", "takes/one.wav", "takes/two words.wav")]
    [InlineData("takes/", "takes/one.wav", "takes/two words.wav")]
    [InlineData("takes/.*.wav", "takes/.hidden.wav")]
    [InlineData("takes/*/*.wav", "takes/late/three.wav")]
    [InlineData("*/late/th*", "takes/late/three.wav")]
    [InlineData("*/late/three.wav", "takes/late/three.wav")]
    [InlineData("takes/**", "takes/late/deep/four.wav", "takes/late/three.wav", "takes/one.wav", "takes/two words.wav")]
    [InlineData("**/t*.wav", "takes/late/three.wav", "takes/two words.wav")]
    [InlineData("**/deep/*", "takes/late/deep/four.wav")]
    [InlineData("**/**/four.wav", "takes/late/deep/four.wav")]
    public void Patterns_and_folders_stand_for_the_recordings_in_them(string argument, params string[] files)
    {
        Assert.Equal(files, Find(argument));
        Assert.True(InputList.Find([_folder[argument]]).AreSeveral);
    }

    [Theory]
    [InlineData("a.wav")]
    [InlineData("missing.wav")]
    [InlineData("")]
    public void One_name_is_one_recording(string name)
    {
        InputList inputs = InputList.Find([name]);
        Assert.False(inputs.AreSeveral);
        Assert.Equal([name], inputs.Paths);
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_is_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        File.WriteAllText(_folder["a*.wav"], "");
        Assert.False(InputList.Find([_folder["a*.wav"]]).AreSeveral);
        Assert.Equal(["a*.wav", "takes/one.wav"], Find("a*.wav", "takes/one.wav"));
    }

    [Fact]
    public void Patterns_are_named_as_they_begin()
    {
        Assert.Equal(_folder["takes", "one.wav"], Assert.Single(Glob.Match(_folder["takes", "o*.wav"])));
        Assert.All(Glob.Match(Path.Combine(Path.GetRelativePath(Environment.CurrentDirectory, _folder.Root), "*.wav")), path => Assert.False(Path.IsPathRooted(path), path));
    }

    [Fact]
    public void A_file_of_several_names_is_taken_once_by_the_first()
    {
        File.CreateSymbolicLink(_folder["link.wav"], _folder["a.wav"]);
        Directory.CreateSymbolicLink(_folder["again"], _folder["takes"]);
        Assert.Equal(["link.wav", "takes/one.wav", "takes/two words.wav"], Find("link.wav", "./a.wav", "takes/../a.wav", "takes", "again", "takes/one.wav", "*/one.wav"));
    }

    [Fact]
    public void Links_that_go_round_in_a_circle_are_walked_once()
    {
        Directory.CreateSymbolicLink(_folder["takes", "late", "up"], _folder["takes"]);
        Directory.CreateSymbolicLink(_folder["takes", "late", "self"], ".");
        Assert.Equal(["takes/late/deep/four.wav", "takes/late/three.wav", "takes/one.wav", "takes/two words.wav"], Find("takes/**"));
        Assert.Equal(["takes/late/self/self/three.wav"], Find("takes/late/self/self/*.wav", "takes/late/*.wav"));
    }

    [Fact]
    public void Names_may_be_any()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        string[] names = ["-dash.wav", " space .wav", "new\nline.wav", "ünï.wav", "[1].wav", "a\\b.wav"];
        Directory.CreateDirectory(_folder["odd"]);
        foreach (string name in names) File.WriteAllText(_folder["odd", name], "");
        Assert.Equal(names.Order(StringComparer.Ordinal).Select(name => $"odd/{name}"), Find("odd"));
        Assert.Equal(["odd/[1].wav"], Find("odd/[?].wav"));
    }

    [Fact]
    public void What_the_program_wrote_is_passed_over()
    {
        foreach (string own in (string[])["takes/parts", "takes/now.partial"])
        {
            Directory.CreateDirectory(_folder[own]);
            File.WriteAllText(_folder[own, "component-01.wav"], "");
        }
        File.WriteAllText(_folder["takes/parts", OutputFiles.Result], """{ "program": "gpunmf" }""");
        File.WriteAllText(_folder["takes/now.partial", OwnFolder.WorkMarker], "");
        Directory.CreateDirectory(_folder["takes", "theirs"]);
        File.WriteAllText(_folder["takes", "theirs", "six.wav"], "");
        File.WriteAllText(_folder["takes", "theirs", OutputFiles.Result], """{ "program": "another" }""");

        Assert.Equal(["takes/theirs/six.wav"], Find("takes/*/*i*.wav"));
        Assert.DoesNotContain(Find("takes/**"), path => path.Contains("component", StringComparison.Ordinal));
        Assert.Equal(["a.wav", "takes/parts/component-01.wav"], Find("a.wav", "takes/parts/component-01.wav"));
        Refused("'takes/parts' was written by gpunmf; to separate parts once more, name their files", "takes/parts");
        Refused("'takes/parts/*.wav' matches no recording", "takes/parts/*.wav");
    }

    [Theory]
    [InlineData("takes/late/deep/../../none*", "takes/late/deep/../../none*' matches no recording; * and ? stand for parts of a name, ** for folders, and folders that gpunmf wrote are passed over")]
    [InlineData("nowhere/*.wav", "nowhere/*.wav' matches no recording")]
    [InlineData("empty", "empty' holds no recording (wav, wave, bwf, rf64, bw64, flac, mp3, ogg, oga, opus, m4a, aac, aif, aiff, wma); for those in folders below, take '")]
    public void Nothing_is_an_error_at_once(string argument, string message)
    {
        Directory.CreateDirectory(_folder["empty"]);
        Refused(message, "a.wav", argument);
    }

    private void Refused(string message, params string[] arguments)
    {
        var exception = Assert.Throws<CliException>(() => Find(arguments));
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
        Assert.Contains(message.Replace("'takes", $"'{_folder["takes"]}", StringComparison.Ordinal), exception.Message, StringComparison.Ordinal);
    }
}
