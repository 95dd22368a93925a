using GpuNmf.Files;
using GpuNmf.Tests;

namespace GpuNmf.Cli.Tests;

/// <summary>Every command line that the help and the README show is one that the program takes.</summary>
public sealed class DocumentedCommandTests : IDisposable
{
    private const string Name = "gpunmf ", FromSource = "dotnet run -c Release --project src/GpuNmf.Cli -- ";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Commands => [.. OfHelp("--help").Concat(OfHelp("separate", "--help")).Concat(OfHelp("sweep", "--help")).Concat(OfHelp("devices", "--help")).Concat(OfReadme()).Distinct()];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void There_are_commands_in_both()
    {
        Assert.NotEmpty(OfHelp("separate", "--help"));
        Assert.NotEmpty(OfReadme());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_documented_command_is_accepted(string command)
    {
        string[] args = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Provided)];
        int output = Array.IndexOf(args, "--out");
        if (output >= 0) args[output + 1] = _folder[args[output + 1]];
        CliRun.Of(args).AssertOk();
    }

    /// <summary>Recordings and matrices that a command names are made; anything else stays.</summary>
    private string Provided(string argument)
    {
        string path = _folder[Path.GetFileName(argument)];
        switch (Path.GetExtension(argument))
        {
            case ".wav":
                return TestRecording.WriteTones(path, seconds: 95);
            case ".npy":
                NpyFile.Write(path, Ones(1025, 8));
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

    private static IEnumerable<string> OfReadme() => OfText(File.ReadAllText(Repository.File("README.md")));

    /// <summary>Lines of a block that begin with the command; a usage line, with names in angle brackets, is none.</summary>
    private static IEnumerable<string> OfText(string text) =>
        from line in text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())
        let start = line.StartsWith(Name, StringComparison.Ordinal) ? Name : line.StartsWith(FromSource, StringComparison.Ordinal) ? FromSource : null
        where start is not null && !line.Contains('<', StringComparison.Ordinal)
        select line[start.Length..];
}
