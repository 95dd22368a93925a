using System.Text.RegularExpressions;
using GpuNmf.Files;
using GpuNmf.Stft;
using GpuNmf.Tests;
using GpuNmf.Tests.Audio.Codecs;

namespace GpuNmf.Cli.Tests;

/// <summary>Every command line that the help and the README show is one that the program takes.</summary>
public sealed partial class DocumentedCommandTests : IDisposable
{
    private const string Name = "gpunmf ", FromSource = "dotnet run -c Release --project src/GpuNmf.Cli -- ";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Commands => [.. OfHelp("--help").Concat(OfHelp("separate", "--help")).Concat(OfHelp("sweep", "--help")).Concat(OfHelp("learn", "--help")).Concat(OfHelp("devices", "--help")).Concat(OfReadme()).Distinct()];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_commands_in_both()
    {
        foreach (string command in (string[])["separate", "sweep", "learn"]) Assert.Contains(OfHelp(command, "--help"), shown => shown.StartsWith(command, StringComparison.Ordinal));
        foreach (string command in (string[])["separate", "sweep", "learn"]) Assert.Contains(OfReadme(), shown => shown.StartsWith(command, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_documented_command_is_accepted(string command)
    {
        if (command.Contains("--format flac", StringComparison.Ordinal)) FfmpegTool.Need();
        string[] args = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(argument => argument.Trim('\''))];
        for (int i = 0; i < args.Length; i++) args[i] = i > 0 && args[i - 1] == "--out" ? _folder[args[i]] : Provided(args[i]);
        CliRun.Of(args).AssertOk();
    }

    /// <summary>Recordings, folders and patterns of them, matrices and dictionaries that a command names are made; anything else stays.</summary>
    private string Provided(string argument)
    {
        if (argument == "takes" || argument.StartsWith("takes/", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(_folder["takes", "late"]);
            foreach (string name in (string[])["takes/one.wav", "takes/late/two.wav"]) TestRecording.WriteTones(_folder[name]);
            return _folder[argument];
        }
        string path = _folder[Path.GetFileName(argument)];
        switch (Path.GetExtension(argument))
        {
            // The content says what a file is.
            case ".wav" or ".mp3" or ".flac" or ".mp4":
                return TestRecording.WriteTones(path, seconds: 95);
            case ".npy":
                NpyFile.Write(path, Ones(1025, 8));
                return path;
            case ".npz":
                new LearntTemplates { Templates = Ones(1025, 4), SampleRateHz = TestRecording.SampleRateHz, FftLength = 2048, WindowLength = 2048, Window = WindowKind.Hann, Beta = 1 }.Save(path);
                return path;
            default:
                return argument;
        }
    }

    private static float[,] Ones(int rows, int columns)
    {
        var values = new float[rows, columns];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) values[i, j] = 1;
        return values;
    }

    private static IEnumerable<string> OfHelp(params string[] args)
    {
        using StringWriter stdout = new(), stderr = new();
        CommandLine.Run(args, stdout, stderr, new ToyEngine(), CancellationToken.None);
        return OfText(stdout.ToString());
    }

    private static IEnumerable<string> OfReadme() => OfText(File.ReadAllText(Repository.File("README.md"))).Concat(InSentences(File.ReadAllText(Repository.File("README.md"))));

    /// <summary>Whole commands between backticks, which may run over the end of a line; what has no --out is only a part of one.</summary>
    private static IEnumerable<string> InSentences(string text) =>
        from Match span in Span().Matches(text)
        let command = string.Join(' ', span.Groups[1].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        where command.Contains("--out ", StringComparison.Ordinal) && !command.Contains('<', StringComparison.Ordinal)
        select command;

    /// <summary>Lines of a block that begin with the command; a usage line, with names in angle brackets, is none.</summary>
    private static IEnumerable<string> OfText(string text) =>
        from line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())
        let start = line.StartsWith(Name, StringComparison.Ordinal) ? Name : line.StartsWith(FromSource, StringComparison.Ordinal) ? FromSource : null
        where start is not null && !line.Contains('<', StringComparison.Ordinal)
        select line[start.Length..];

    [GeneratedRegex("`gpunmf ([^`]+)`")]
    private static partial Regex Span();
}
