using GpuNmf.Files;
using GpuNmf.Stft;
using GpuNmf.Tests.Fuzzing;

namespace GpuNmf.Cli.Tests.Fuzzing;

/// <summary>The current folder belongs to the whole process, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(CurrentFolder), DisableParallelization = true)]
public sealed class CurrentFolder;

/// <summary>Any list of arguments ends with a known exit code, says in one line why it failed, and then leaves nothing behind.</summary>
[Collection(nameof(CurrentFolder))]
public sealed class ArgumentFuzzTests : IDisposable
{
    private static readonly int[] s_codes = [ExitCodes.Ok, ExitCodes.Usage, ExitCodes.Input, ExitCodes.Device, ExitCodes.Output, ExitCodes.Cancelled];

    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly string? _searchPath = Environment.GetEnvironmentVariable("PATH");
    private readonly Dictionary<int, int> _ended = [];

    public ArgumentFuzzTests() => Directory.SetCurrentDirectory(Directory.CreateDirectory(_folder["outer", "inner"]).FullName);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _searchPath);
        Directory.SetCurrentDirectory(_before);
        _folder.Dispose();
    }

    [Fact]
    public void Any_list_ends_with_a_known_code() => Fuzz(3000);

    /// <summary>Without ffmpeg, which would start a process for every file that is no WAV: hours of them.</summary>
    [Fact, Trait("Suite", "Full")]
    public void A_million_lists_end_with_a_known_code()
    {
        Environment.SetEnvironmentVariable("PATH", "");
        Fuzz(1_000_000);
    }

    private void Fuzz(int cases)
    {
        RandomArguments arguments = Furnish();
        string[] furniture = Names();
        FuzzLoop.Run(5, cases, random =>
        {
            string[] args = arguments.Next(random);
            CliRun run = CliRun.Of(new CheckingEngine(random), args);
            try
            {
                AssertEnd(run);
                if (run.ExitCode != ExitCodes.Ok && !IsOfSeveral(run)) Assert.Equal(furniture, Names());
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"[{string.Join("] [", args)}] ended with {run.ExitCode} and '{run.Stderr}': {exception.Message}", exception);
            }
            if (run.ExitCode == ExitCodes.Ok || IsOfSeveral(run)) Tidy(furniture);
            _ended[run.ExitCode] = _ended.GetValueOrDefault(run.ExitCode) + 1;
        });
        Assert.Equal(["outer"], _folder.Names);
        Assert.Equal(["inner"], Directory.EnumerateFileSystemEntries(_folder["outer"]).Select(Path.GetFileName));
        Assert.Equal("another's", File.ReadAllText(Path.Combine("theirs", "note.txt")));
        // Each way to end is a real share of the cases, or they would test little.
        foreach (int code in s_codes) Assert.True(_ended.GetValueOrDefault(code) >= cases / 1000, $"exit code {code}: {_ended.GetValueOrDefault(code)} of {cases}");
    }

    private static void AssertEnd(CliRun run)
    {
        Assert.Contains(run.ExitCode, s_codes.Append(ExitCodes.SomeFailed));
        string[] lines = run.Stderr.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl) || line.Length > 3000);
        if (run.ExitCode == ExitCodes.Ok) return;
        if (!IsOfSeveral(run)) Assert.Equal("", run.Stdout);
        Assert.StartsWith("gpunmf: ", lines[^1], StringComparison.Ordinal);
        Assert.False(lines[^1].StartsWith("gpunmf: warning: ", StringComparison.Ordinal));
        Assert.DoesNotContain("(Parameter", lines[^1], StringComparison.Ordinal);
        if (run.ExitCode == ExitCodes.Usage && !IsOfSeveral(run)) Assert.Single(lines);
    }

    /// <summary>Of several recordings some may be done, and all are told of.</summary>
    private static bool IsOfSeveral(CliRun run) => run.Stderr.Contains(" recordings failed:", StringComparison.Ordinal);

    /// <summary>Files for the lists to name, in the current folder.</summary>
    private static RandomArguments Furnish()
    {
        string[] songs = ["song.wav", "-dash.wav", "\u001b[1m\n♫.wav"];
        TestRecording.WriteTones(songs[0], 0.3);
        TestRecording.WriteTones(songs[1], 0.26, channels: 2);
        TestRecording.WriteTones(songs[2], 0.26);
        File.WriteAllBytes("cut.wav", File.ReadAllBytes(songs[0])[..200]);
        File.WriteAllText("text.txt", "no audio");
        File.WriteAllText("empty.wav", "");
        Directory.CreateDirectory("theirs");
        File.WriteAllText(Path.Combine("theirs", "note.txt"), "another's");
        NpyFile.Write("w.npy", Ones(129, 2));
        NpyFile.Write("h.npy", Ones(2, 13));
        foreach (int rank in new[] { 0, 1, 3 })
            new LearntTemplates { Templates = Ones(129, Math.Max(1, rank)), SampleRateHz = TestRecording.SampleRateHz, FftLength = 256, WindowLength = 256, Window = WindowKind.Hann, Beta = 1 }.Save($"d{rank}.npz");
        CliRun.Of("separate", songs[0], "--out", "mine", "--n-fft", "64", "--rank", "2", "--quiet").AssertOk();
        return new RandomArguments(songs, ["", "cut.wav", "text.txt", "empty.wav", "missing.wav", "theirs", "mine", "w.npy", "h.npy", "d1.npz", "d3.npz"], ["out", "other/deep/out", "mine", "theirs", "text.txt", "d0.npz", "new.npz"]);
    }

    private static string[] Names() => [.. Directory.EnumerateFileSystemEntries(".").Order(StringComparer.Ordinal)];

    private static void Tidy(string[] furniture)
    {
        foreach (string entry in Names().Except(furniture))
            if (File.Exists(entry)) File.Delete(entry);
            else Directory.Delete(entry, recursive: true);
    }

    private static float[,] Ones(int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = 1;
        return values;
    }
}
