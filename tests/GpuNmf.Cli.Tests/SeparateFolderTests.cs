using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

/// <summary>The folder logic through the command.</summary>
public sealed class SeparateFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SeparateFolderTests() => TestRecording.WriteTones(_folder["song.wav"]);

    public void Dispose() => _folder.Dispose();

    private CliRun Run(ToyEngine engine, params string[] options) =>
        CliRun.Of(engine, ["separate", _folder["song.wav"], "--out", _folder["parts"], "--quiet", .. options]);

    private string Result => File.ReadAllText(_folder["parts", OutputFiles.Result]);

    [Fact]
    public void A_second_run_needs_force_and_replaces_with_it()
    {
        Run(new ToyEngine(), "--rank", "5").AssertOk();
        Run(new ToyEngine(), "--rank", "2").AssertError(ExitCodes.Output, "exists already", "--force");
        Assert.Contains("\"rank\": 5", Result, StringComparison.Ordinal);
        Run(new ToyEngine(), "--rank", "2", "--force").AssertOk();
        Assert.Contains("\"rank\": 2", Result, StringComparison.Ordinal);
        Assert.Equal(["parts", "song.wav"], _folder.Names);
        Assert.Equal(2 + OutputFiles.Fixed.Count, Directory.GetFiles(_folder["parts"]).Length);
    }

    [Fact]
    public void The_old_folder_stays_while_the_new_one_is_made_and_when_that_fails()
    {
        Run(new ToyEngine(), "--rank", "5").AssertOk();
        string during = "";
        var engine = new ToyEngine
        {
            InTheMidst = _ =>
            {
                during = Result;
                throw new InvalidOperationException("broken");
            },
        };
        Run(engine, "--rank", "2", "--force").AssertError(ExitCodes.Internal, "broken");
        Assert.Contains("\"rank\": 5", during, StringComparison.Ordinal);
        Assert.Contains("\"rank\": 5", Result, StringComparison.Ordinal);
        Assert.Equal(["parts", "song.wav"], _folder.Names);
    }

    [Fact]
    public void Force_on_a_foreign_folder_is_refused()
    {
        Directory.CreateDirectory(_folder["parts"]);
        Run(new ToyEngine(), "--force").AssertError(ExitCodes.Output, "did not write it");
        Assert.Equal(["parts", "song.wav"], _folder.Names);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_refused() =>
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["song.wav", "parts"]).AssertError(ExitCodes.Output, "cannot create");

    [Fact]
    public void A_disk_that_refuses_during_the_work_is_the_outputs_fault()
    {
        // The engine's stand-in removes the folder under the sink's feet; the documents then find no place.
        var engine = new ToyEngine { InTheMidst = _ => Directory.Delete(_folder["parts.partial"], recursive: true) };
        Run(engine).AssertError(ExitCodes.Output, "cannot write");
        Assert.Equal(["song.wav"], _folder.Names);
    }

    [Fact]
    public void A_recording_in_the_folder_to_be_replaced_is_kept()
    {
        Run(new ToyEngine()).AssertOk();
        string stem = _folder["parts", "component-01.wav"];
        CliRun.Of("separate", stem, "--out", _folder["parts"], "--force").AssertError(ExitCodes.Usage, "component-01.wav", "where --out writes");
        Assert.True(File.Exists(stem));
    }

    [Fact]
    public void A_link_does_not_hide_that_a_recording_or_a_start_lies_in_the_folder_to_be_replaced()
    {
        Run(new ToyEngine()).AssertOk();
        string stem = _folder["parts", "component-01.wav"], templates = _folder["parts", "templates.npy"];
        File.CreateSymbolicLink(_folder["link.wav"], stem);
        Directory.CreateSymbolicLink(_folder["here"], _folder["."]);
        CliRun.Of("separate", _folder["link.wav"], "--out", _folder["parts"], "--force").AssertError(ExitCodes.Usage, "INPUT", "link.wav", "where --out writes");
        CliRun.Of("separate", stem, "--out", _folder["here", "parts"], "--force").AssertError(ExitCodes.Usage, "INPUT", "where --out writes");
        CliRun.Of("separate", _folder["song.wav"], "--out", _folder["parts"], "--force", "--init-templates", templates)
            .AssertError(ExitCodes.Usage, "--init-templates", "where --out writes");
        Assert.True(File.Exists(stem) && File.Exists(templates));
    }

    [Fact]
    public void Links_in_the_target_of_a_link_are_followed_too()
    {
        Run(new ToyEngine()).AssertOk();
        Directory.CreateSymbolicLink(_folder["here"], ".");
        Directory.CreateDirectory(_folder["deep"]);
        string stem = _folder["parts", "component-02.wav"];
        File.CreateSymbolicLink(_folder["absolute.wav"], _folder["here", "parts", "component-02.wav"]);
        File.CreateSymbolicLink(_folder["deep", "relative.wav"], Path.Combine("..", "here", ".", "here", "parts", "component-02.wav"));
        foreach (string link in (string[])[_folder["absolute.wav"], _folder["deep", "relative.wav"], _folder["here", "absolute.wav"]])
            CliRun.Of("separate", link, "--out", _folder["parts"], "--force").AssertError(ExitCodes.Usage, "INPUT", "where --out writes");
        Assert.True(File.Exists(stem));
    }

    [Fact]
    public void Links_that_go_round_in_a_circle_name_no_file()
    {
        File.CreateSymbolicLink(_folder["a.wav"], _folder["b.wav"]);
        File.CreateSymbolicLink(_folder["b.wav"], _folder["a.wav"]);
        CliRun.Of("separate", _folder["a.wav"], "--out", _folder["parts"]).AssertError(ExitCodes.Input, "a.wav");
    }

    [Fact]
    public void A_recording_in_what_a_kill_left_is_kept()
    {
        Directory.CreateDirectory(_folder["parts.partial"]);
        File.WriteAllText(_folder["parts.partial", OwnFolder.WorkMarker], "");
        string stem = TestRecording.WriteTones(_folder["parts.partial", "component-01.wav"]);
        CliRun.Of("separate", stem, "--out", _folder["parts"]).AssertError(ExitCodes.Usage, "parts.partial", "where --out writes");
        Assert.True(File.Exists(stem));
    }
}
