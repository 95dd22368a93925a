using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests.Faults;

/// <summary>Names that shells, terminals and file systems have their own ideas of.</summary>
public sealed class OddPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Names of a recording and of a folder. 255 bytes is the longest name on Linux, of which the work folder takes 8 more.</summary>
    public static TheoryData<string, string> Names => new()
    {
        { "two words.wav", "all parts" },
        { "two\nlines.wav", "par\nts" },
        { "\ttab.wav", "end \t" },
        { "cafe\u0301.wav", "caf\u00e9" },
        { "\U0001F941 \u0434\u043e\u043c.wav", "\u97f3\u697d \U0001F3B5" },
        { "'quote\" `back` $HOME.wav", "a;b&c|d>e" },
        { "-song.wav", "-parts" },
        { "--rank.wav", "--json" },
        { "per%cent\\back.wav", "100%" },
        { "a.b.c.wav", "..." },
        { new string('n', 251) + ".wav", new string('m', 246) },
        { "~.wav", "~" },
    };

    [Theory, MemberData(nameof(Names))]
    public void Odd_names_are_names(string recording, string output)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows refuses most of these names.");
        TestRecording.WriteTones(_folder[recording]);
        CliRun.Of("separate", _folder[recording], "--out", _folder[output], "--rank", "2", "--quiet").AssertOk();
        Assert.Equal(new[] { recording, output }.Order(StringComparer.Ordinal), _folder.Names);
        Assert.Equal(2 + OutputFiles.Fixed.Count, Directory.GetFiles(_folder[output]).Length);
        // And in its own words, of a second call.
        CliRun.Of("separate", _folder[recording], "--out", _folder[output], "--rank", "2", "--quiet").AssertError(ExitCodes.Output, "exists already");
    }

    /// <summary>Relative, as they are typed: a name that begins with a dash stands behind "--" or "./", a value's behind "=".</summary>
    [Theory]
    [InlineData("-song.wav", "--out=-parts", "--", "-song.wav")]
    [InlineData("-song.wav", "--out", "./-parts", "./-song.wav")]
    [InlineData("so\nng \u00e9.wav", "--out=-parts/", "so\nng \u00e9.wav")]
    [InlineData("-song.wav", "--out", "./-parts/.", "./../here/-song.wav")]
    public async Task Odd_names_reach_the_program(string recording, params string[] words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows refuses some of these names.");
        Directory.CreateDirectory(_folder["here"]);
        TestRecording.WriteTones(_folder["here", recording]);
        (await ProgramProcess.RunIn(_folder["here"], ["separate", "--rank", "2", "--n-fft", "512", "--max-iter", "2", "--device", "cpu", "--quiet", .. words])).AssertOk();
        Assert.True(File.Exists(_folder["here", "-parts", "component-02.wav"]));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder["here"]).Length);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused_before_the_work()
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        CliRun.Of(new ToyEngine { OnOpening = () => Assert.Fail("The device was opened.") }, "separate", _folder["song.wav"], "--out", _folder[new string('m', 300)], "--quiet").AssertError(ExitCodes.Output, "--out");
        CliRun.Of("separate", _folder[new string('n', 300)], "--out", _folder["parts"], "--quiet").AssertError(ExitCodes.Input);
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void Links_to_the_recording_and_above_the_output_are_followed()
    {
        Directory.CreateDirectory(_folder["disk"]);
        TestRecording.WriteTones(_folder["disk", "song.wav"]);
        File.CreateSymbolicLink(_folder["link.wav"], _folder["disk", "song.wav"]);
        Directory.CreateSymbolicLink(_folder["there"], _folder["disk"]);
        CliRun.Of("separate", _folder["link.wav"], "--out", _folder["there", "parts"], "--rank", "2", "--quiet").AssertOk();
        Assert.True(File.Exists(_folder["disk", "parts", "component-02.wav"]));
        Assert.Equal(["disk", "link.wav", "there"], _folder.Names);
    }

    /// <summary>A link is somebody's, wherever it leads.</summary>
    [Theory]
    [InlineData("nowhere", false)]
    [InlineData("nowhere", true)]
    [InlineData("folder", false)]
    [InlineData("folder", true)]
    [InlineData("song.wav", true)]
    public void A_link_in_the_place_of_the_output_is_refused(string target, bool force)
    {
        TestRecording.WriteTones(_folder["song.wav"]);
        Directory.CreateDirectory(_folder["folder"]);
        File.CreateSymbolicLink(_folder["parts"], _folder[target]);
        CliRun.Of(new ToyEngine { OnOpening = () => Assert.Fail("The device was opened.") }, ["separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet", .. force ? ["--force"] : Array.Empty<string>()])
            .AssertError(ExitCodes.Output, "--out");
        Assert.Equal(["folder", "parts", "song.wav"], _folder.Names);
        Assert.Equal(_folder[target], new FileInfo(_folder["parts"]).LinkTarget);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["folder"]));
    }

    [Fact]
    public void Output_that_would_replace_the_recording_or_its_folder_is_refused()
    {
        Directory.CreateDirectory(_folder["album"]);
        string song = TestRecording.WriteTones(_folder["album", "song.wav"]);
        byte[] before = File.ReadAllBytes(song);
        foreach (string output in (string[])[song, _folder["album"], _folder["album"] + "/.", _folder["album", "..", "album"], _folder["."], "/"])
        {
            CliRun run = CliRun.Of("separate", song, "--out", output, "--force", "--quiet");
            Assert.True(run.ExitCode is ExitCodes.Output or ExitCodes.Usage, $"{output}: {run.ExitCode} {run.Stderr}");
        }
        Assert.Equal(before, File.ReadAllBytes(song));
        Assert.Equal([song], Directory.GetFileSystemEntries(_folder["album"]));

        CliRun.Of("separate", song, "--out", _folder["album", "song"], "--rank", "2", "--quiet").AssertOk();
        Assert.Equal(before, File.ReadAllBytes(song));
    }
}
