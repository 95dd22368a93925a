using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Tests;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Target => _folder["parts"];

    private OutputFolder Claim(bool force = false) => OutputFolder.Claim(Target, force);

    private static void WriteResult(string folder, string note, string program = "gpunmf")
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, OutputFiles.Result), $$"""{ "program": "{{program}}", "note": "{{note}}" }""");
    }

    private string Note(string folder) => File.ReadAllText(_folder[folder, OutputFiles.Result]);

    private void AssertRefused(Action action, params string[] pieces)
    {
        string[] before = Snapshot();
        var exception = Assert.Throws<CliException>(action);
        Assert.Equal(ExitCodes.Output, exception.ExitCode);
        foreach (string piece in pieces) Assert.Contains(piece, exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
    }

    private string[] Snapshot() =>
        [.. Directory.EnumerateFileSystemEntries(_folder.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    [Fact]
    public void Work_happens_beside_the_target_until_it_is_complete()
    {
        using OutputFolder output = Claim();
        Assert.Equal(["parts.partial"], _folder.Names);
        WriteResult(output.PartialPath, "new");
        Assert.Null(output.Complete());
        Assert.Equal(["parts"], _folder.Names);
        Assert.Equal([OutputFiles.Result], Directory.EnumerateFileSystemEntries(Target).Select(Path.GetFileName));
        Assert.Contains("new", Note("parts"), StringComparison.Ordinal);
    }

    /// <summary>Half of a surrogate pair is JSON, but no text.</summary>
    [Theory]
    [InlineData("{ \"program\": \"\\ud800\" }")]
    [InlineData("{ \"\\ud800rogram\": \"gpunmf\" }")]
    [InlineData("{ \"program\": [\"gpunmf\"] }")]
    [InlineData("[\"gpunmf\"]")]
    [InlineData("{")]
    [InlineData("")]
    public void A_folder_whose_result_cannot_be_read_is_anothers(string result)
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(_folder["parts", OutputFiles.Result], result);
        AssertRefused(() => Claim(force: true), "gpunmf did not write it");
    }

    [Fact]
    public void What_is_not_completed_is_removed()
    {
        using (OutputFolder output = Claim()) File.WriteAllText(Path.Combine(output.PartialPath, "component-01.wav"), "half");
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void What_is_completed_stays_after_disposal()
    {
        using (OutputFolder output = Claim())
        {
            WriteResult(output.PartialPath, "new");
            output.Complete();
        }
        Assert.Equal(["parts"], _folder.Names);
    }

    [Fact]
    public void Missing_folders_above_are_created_and_removed_again()
    {
        using (OutputFolder output = OutputFolder.Claim(_folder["a", "b", "parts"], force: false))
            Assert.True(Directory.Exists(_folder["a", "b", "parts.partial"]));
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void Folders_above_that_stood_before_stay()
    {
        Directory.CreateDirectory(_folder["a"]);
        using (OutputFolder output = OutputFolder.Claim(_folder["a", "b", "parts"], force: false))
            Assert.True(Directory.Exists(output.PartialPath));
        Assert.Equal(["a"], _folder.Names);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["a"]));
    }

    [Fact]
    public void A_separator_at_the_end_changes_nothing()
    {
        using OutputFolder output = OutputFolder.Claim(Target + Path.DirectorySeparatorChar, force: false);
        Assert.Equal(Target, output.Target);
        Assert.Equal(["parts.partial"], _folder.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_that_name_is_never_replaced(bool force)
    {
        File.WriteAllText(Target, "mine");
        AssertRefused(() => Claim(force), "is a file");
        Assert.Equal("mine", File.ReadAllText(Target));
    }

    [Fact]
    public void An_existing_folder_needs_force()
    {
        WriteResult(Target, "old");
        AssertRefused(() => Claim(), "exists already", "--force");
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
    }

    [Fact]
    public void Force_does_not_replace_a_folder_without_a_result()
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "thesis.txt"), "mine");
        AssertRefused(() => Claim(force: true), "did not write it");
    }

    [Theory]
    [InlineData("""{ "program": "other" }""")]
    [InlineData("""{ "note": "gpunmf" }""")]
    [InlineData("""{ "program": 7 }""")]
    [InlineData("""["gpunmf"]""")]
    [InlineData("program: gpunmf")]
    [InlineData("")]
    public void Force_does_not_replace_the_folder_of_another_program(string json)
    {
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, OutputFiles.Result), json);
        AssertRefused(() => Claim(force: true), "did not write it");
    }

    [Fact]
    public void Force_does_not_delete_a_users_file_in_a_folder_of_ours()
    {
        WriteResult(Target, "old");
        File.WriteAllText(Path.Combine(Target, "notes.txt"), "mine");
        AssertRefused(() => Claim(force: true), "notes.txt");
    }

    [Fact]
    public void Force_does_not_follow_a_link()
    {
        WriteResult(_folder["elsewhere"], "old");
        Directory.CreateSymbolicLink(Target, _folder["elsewhere"]);
        AssertRefused(() => Claim(force: true), "link");
    }

    [Fact]
    public void With_force_the_old_folder_stays_until_the_new_one_is_complete()
    {
        WriteResult(Target, "old");
        File.WriteAllText(Path.Combine(Target, "component-01.wav"), "old");
        using OutputFolder output = Claim(force: true);
        WriteResult(output.PartialPath, "new");
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
        Assert.Null(output.Complete());
        Assert.Contains("new", Note("parts"), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Target, "component-01.wav")));
        Assert.Equal(["parts"], _folder.Names);
    }

    [Fact]
    public void With_force_a_run_that_fails_leaves_the_old_folder()
    {
        WriteResult(Target, "old");
        using (OutputFolder output = Claim(force: true)) WriteResult(output.PartialPath, "new");
        Assert.Equal(["parts"], _folder.Names);
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_target_that_appears_meanwhile_is_not_replaced(bool force)
    {
        OutputFolder output = Claim(force);
        WriteResult(output.PartialPath, "new");
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "thesis.txt"), "mine");
        AssertRefused(() => output.Complete(), force ? "did not write it" : "exists already");
        output.Dispose();
        Assert.Equal(["parts"], _folder.Names);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Target, "thesis.txt")));
    }

    [Fact]
    public void An_exchange_that_fails_brings_the_old_folder_back()
    {
        WriteResult(Target, "old");
        using OutputFolder output = Claim(force: true);
        OwnFolder.Delete(output.PartialPath);
        var exception = Assert.Throws<CliException>(() => output.Complete());
        Assert.Equal(ExitCodes.Output, exception.ExitCode);
        Assert.Equal(["parts"], _folder.Names);
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_kill_left_is_replaced()
    {
        Directory.CreateDirectory(Target + ".partial");
        File.WriteAllText(Path.Combine(Target + ".partial", OwnFolder.WorkMarker), "");
        File.WriteAllText(Path.Combine(Target + ".partial", "component-07.wav"), "half");
        using OutputFolder output = Claim();
        Assert.Equal([OwnFolder.WorkMarker], Directory.EnumerateFileSystemEntries(output.PartialPath).Select(Path.GetFileName));
    }

    [Fact]
    public void What_a_kill_left_before_the_marker_or_after_it_is_replaced()
    {
        Directory.CreateDirectory(Target + ".partial");
        Claim().Dispose();
        WriteResult(Target + ".partial", "finished but for its name");
        Claim().Dispose();
        Assert.Empty(_folder.Names);
    }

    /// <summary>Many at once, over what a kill left and over nothing: all but one are refused, and whoever has the folder keeps it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_many_that_come_at_once_one_has_the_folder(bool isOverStaleWork)
    {
        for (int round = 0; round < 500; round++)
        {
            if (isOverStaleWork)
            {
                Directory.CreateDirectory(Target + ".partial");
                File.WriteAllText(Path.Combine(Target + ".partial", OwnFolder.WorkMarker), "");
            }
            var claimed = new System.Collections.Concurrent.ConcurrentBag<OutputFolder>();
            using var start = new Barrier(4);
            Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                try
                {
                    claimed.Add(Claim());
                }
                catch (CliException)
                {
                    // Refused.
                }
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            // All can be refused, where each has seen another; two never have it.
            Assert.InRange(claimed.Count, 0, 1);
            foreach (OutputFolder output in claimed)
            {
                Assert.True(File.Exists(Path.Combine(output.PartialPath, OwnFolder.WorkMarker)), $"round {round}");
                output.Dispose();
            }
            Claim().Dispose();
            Assert.Empty(_folder.Names);
        }
    }

    [Fact]
    public void A_partial_folder_of_anothers_is_not_touched()
    {
        Directory.CreateDirectory(Target + ".partial");
        File.WriteAllText(Path.Combine(Target + ".partial", "thesis.txt"), "mine");
        AssertRefused(() => Claim(force: true), "parts.partial", "did not write it");
    }

    [Fact]
    public void A_partial_file_of_anothers_is_not_touched()
    {
        File.WriteAllText(Target + ".partial", "mine");
        AssertRefused(() => Claim(force: true), "parts.partial", "is a file");
    }

    [Fact]
    public void A_second_run_into_the_same_folder_is_refused()
    {
        using OutputFolder first = Claim();
        AssertRefused(() => Claim(force: true), "another run");
    }

    /// <summary>Between its two renames a run looks as if it had been killed there, but it holds the marker.</summary>
    [Fact]
    public void An_exchange_in_progress_is_left_alone()
    {
        WriteResult(Target, "old");
        using OutputFolder first = Claim(force: true);
        WriteResult(first.PartialPath, "new");
        Directory.Move(Target, Target + ".replaced");

        AssertRefused(() => Claim(), "another run");
        AssertRefused(() => Claim(force: true), "another run");
        AssertRefused(() => OutputFolder.Resume(Target, force: true, OutputFiles.Checkpoint), "another run");

        Directory.Move(first.PartialPath, Target);
        Assert.Contains("new", Note("parts"), StringComparison.Ordinal);
    }

    /// <summary>A deletion that stopped half-way took the marker, and the next run came.</summary>
    [Fact]
    public void A_run_that_cleans_up_late_leaves_the_folder_to_the_next_one()
    {
        OutputFolder first = Claim();
        File.Delete(Path.Combine(first.PartialPath, OwnFolder.WorkMarker));
        Directory.Delete(first.PartialPath);
        using OutputFolder second = Claim();
        WriteResult(second.PartialPath, "second");

        first.Dispose();

        Assert.True(File.Exists(Path.Combine(second.PartialPath, OwnFolder.WorkMarker)));
        Assert.Null(second.Complete());
        Assert.Contains("second", Note("parts"), StringComparison.Ordinal);
    }

    /// <summary>And where nobody came, it goes on to delete what is its own.</summary>
    [Fact]
    public void A_deletion_that_stopped_half_way_is_finished()
    {
        OutputFolder first = Claim();
        File.Delete(Path.Combine(first.PartialPath, OwnFolder.WorkMarker));
        first.Dispose();
        Assert.Empty(_folder.Names);
    }

    /// <summary>The checkpoint is gone on from; parts that the interrupted run had begun are written anew.</summary>
    [Fact]
    public void What_is_taken_up_is_the_checkpoint_alone()
    {
        Directory.CreateDirectory(Target + ".partial");
        string spool = $".gpunmf-{Guid.NewGuid():N}.spool";
        foreach (string name in (string[])[OwnFolder.WorkMarker, OutputFiles.Checkpoint, OutputFiles.Checkpoint + ".new", "component-01.wav", OutputFiles.Result, spool, "notes.txt"])
            File.WriteAllText(Path.Combine(Target + ".partial", name), "left");

        using OutputFolder output = OutputFolder.Resume(Target, force: false, OutputFiles.Checkpoint);

        Assert.True(output.IsResumed);
        Assert.Equal([OwnFolder.WorkMarker, OutputFiles.Checkpoint, "notes.txt"], Directory.GetFiles(output.PartialPath).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_kill_in_an_exchange_is_healed_where_the_finished_folder_has_no_name()
    {
        WriteResult(Target + ".replaced", "old");
        WriteResult(Target + ".partial", "new");
        File.WriteAllText(Path.Combine(Target + ".partial", OwnFolder.WorkMarker), "");
        AssertRefusedAfterHealing();
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
        Claim(force: true).Dispose();
        Assert.Equal(["parts"], _folder.Names);
    }

    [Fact]
    public void A_refusal_puts_no_marker_into_what_was_empty()
    {
        WriteResult(Target, "old");
        Directory.CreateDirectory(Target + ".partial");
        AssertRefused(() => Claim(), "exists already");
    }

    [Fact]
    public void A_kill_between_the_renames_is_healed()
    {
        WriteResult(Target + ".replaced", "old");
        AssertRefusedAfterHealing();
        Assert.Equal(["parts"], _folder.Names);
        Assert.Contains("old", Note("parts"), StringComparison.Ordinal);
    }

    private void AssertRefusedAfterHealing() =>
        Assert.Contains("exists already", Assert.Throws<CliException>(() => Claim()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_kill_after_the_renames_is_cleaned_up()
    {
        WriteResult(Target, "new");
        WriteResult(Target + ".replaced", "old");
        AssertRefusedAfterHealing();
        Assert.Equal(["parts"], _folder.Names);
        Assert.Contains("new", Note("parts"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replaced_folder_of_anothers_is_not_touched()
    {
        Directory.CreateDirectory(Target + ".replaced");
        File.WriteAllText(Path.Combine(Target + ".replaced", "thesis.txt"), "mine");
        AssertRefused(() => Claim(), "parts.replaced", "stands in the way");
    }

    [Fact]
    public void A_folder_below_a_file_cannot_be_created()
    {
        File.WriteAllText(_folder["file"], "mine");
        AssertRefused(() => OutputFolder.Claim(_folder["file", "parts"], force: false), "cannot create");
    }

    [Fact]
    public void A_folder_where_nothing_can_be_written_is_refused()
    {
        Assert.SkipUnless(Directory.Exists("/proc"), "There is no /proc on this system.");
        AssertRefused(() => OutputFolder.Claim("/proc/gpunmf-parts", force: false), "cannot create", "/proc/gpunmf-parts");
    }

    [Fact]
    public void The_root_is_refused() => AssertRefused(() => OutputFolder.Claim(Path.GetPathRoot(_folder.Root)!, force: true), "root");
}
