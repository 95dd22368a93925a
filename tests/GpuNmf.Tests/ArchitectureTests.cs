using System.Text.RegularExpressions;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>
/// Dependencies point one way: Cli -> SourceSeparator, RankSweep -> {Stft, Nmf, Masking, Sweep -> Nmf} -> Kernels -> Devices -> ILGPU; only Devices opens devices;
/// the library never prints. Read from the sources themselves.
/// </summary>
public sealed partial class ArchitectureTests
{
    /// <summary>What each room of the library may use; whatever is not listed is refused.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Devices"] = [],
        ["Audio"] = ["Files"],
        ["Files"] = [],
        ["Checkpoints"] = [],
        ["Kernels"] = ["Devices", "Kernels"],
        ["Stft"] = ["Devices", "Kernels"],
        ["Nmf"] = ["Devices", "Kernels", "Files"],
        ["Masking"] = ["Devices", "Kernels", "Audio"],
        ["Grouping"] = ["Audio"],
        // Many factorisations of one spectrogram: the one stage on top of another.
        ["Sweep"] = ["Devices", "Kernels", "Nmf"],
        ["GpuNmf"] = ["Devices", "Kernels", "Audio", "Files", "Checkpoints", "Stft", "Nmf", "Masking", "Grouping", "Sweep"],
    };

    [Fact]
    public void Dependencies_point_one_way()
    {
        var found = new SortedSet<string>();
        foreach (var (file, text) in Sources("src/GpuNmf"))
        {
            string room = Room(file);
            Assert.True(s_allowed.ContainsKey(room), $"{file} lies in a room that this test does not know.");
            foreach (string used in Used(text).Where(used => used != room && !s_allowed[room].Contains(used))) found.Add($"{file} -> {used}");
        }
        Assert.Empty(found);
    }

    // A room sees the types of the namespace above it without a using.
    [Fact]
    public void No_room_knows_the_facade_above_it()
    {
        var sources = Sources("src/GpuNmf").ToLookup(source => Room(source.File) == "GpuNmf");
        string[] above = [.. sources[true].SelectMany(source => Declaration().Matches(source.Text)).Select(match => match.Groups[1].Value)];
        Assert.Contains("SourceSeparator", above);
        Assert.Contains("SeparationProgress", above);

        var found = sources[false].SelectMany(source => above.Where(name => Regex.IsMatch(source.Text, $@"\b{name}\b")).Select(name => $"{source.File} -> {name}"));

        Assert.Empty(found);
    }

    [Fact]
    public void A_namespace_is_the_folder()
    {
        foreach (var (file, text) in Sources("src/GpuNmf"))
        {
            string folder = Path.GetDirectoryName(file)!.Replace(Path.DirectorySeparatorChar, '.');
            string want = folder.Length == 0 ? "GpuNmf" : "GpuNmf." + folder;
            Assert.True(Regex.IsMatch(text, $@"^namespace {Regex.Escape(want)};\r?$", RegexOptions.Multiline), $"{file} has no 'namespace {want};'");
        }
    }

    [Fact]
    public void Only_Devices_opens_devices_and_allocates()
    {
        var offenders = Sources("src").Where(source => !source.File.StartsWith("GpuNmf/Devices/", StringComparison.Ordinal) && Opening().IsMatch(source.Text));

        Assert.Empty(offenders.Select(source => source.File));
        // The pattern does find the ones that are meant.
        Assert.Contains(Sources("src/GpuNmf"), source => source.File == "Devices/DeviceSession.cs" && Opening().IsMatch(source.Text));
    }

    [Fact]
    public void Only_Devices_and_Kernels_know_ILGPU()
    {
        var offenders = Sources("src").Where(source =>
            source.Text.Contains("using ILGPU", StringComparison.Ordinal) && !Regex.IsMatch(source.File, "^GpuNmf/(Devices|Kernels)/"));

        Assert.Empty(offenders.Select(source => source.File));
    }

    /// <summary>Other programs are started in one place, which sees to it that none outlives its work.</summary>
    [Fact]
    public void Only_the_codecs_start_programs_and_know_FFMpegCore()
    {
        var starting = Sources("src").Where(source => Starting().IsMatch(source.Text)).Select(source => source.File);
        var knowing = Sources("src").Where(source => source.Text.Contains("using FFMpegCore", StringComparison.Ordinal)).Select(source => source.File).ToList();

        Assert.Equal(["GpuNmf/Audio/Codecs/ChildProcess.cs"], starting);
        Assert.NotEmpty(knowing);
        Assert.All(knowing, file => Assert.StartsWith("GpuNmf/Audio/Codecs/", file, StringComparison.Ordinal));
    }

    [Fact]
    public void The_library_never_prints()
    {
        var offenders = Sources("src/GpuNmf").Where(source => Printing().IsMatch(source.Text));

        Assert.Empty(offenders.Select(source => source.File));
    }

    /// <summary>System.IO.Hashing is the part of .NET that is not in the runtime: the checksums of archives. FFMpegCore speaks to ffmpeg.</summary>
    [Fact]
    public void The_library_depends_on_ILGPU_FFMpegCore_and_dotnet_alone_and_the_oracles_on_nothing()
    {
        Assert.Equal(["FFMpegCore", "ILGPU", "ILGPU.Algorithms", "System.IO.Hashing"], References("src/GpuNmf/GpuNmf.csproj"));
        Assert.Empty(References("tests/GpuNmf.Reference/GpuNmf.Reference.csproj"));
    }

    private static string Room(string file)
    {
        int slash = file.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "GpuNmf" : file[..slash];
    }

    // Rooms named by a using, in full ("GpuNmf.Kernels.Nmf" is Kernels), or from within the namespace ("Nmf.Factorizer").
    private static IEnumerable<string> Used(string text) =>
        Mention().Matches(text).Concat(ShortMention().Matches(text).Where(match => match.Groups[1].Value != "GpuNmf"))
            .Select(match => match.Groups[1].Value).Where(s_allowed.ContainsKey).Distinct();

    private static string[] References(string project) =>
        [.. Reference().Matches(File.ReadAllText(Path.Combine(Root(), project))).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];

    /// <summary>Sources below a folder, named relative to it with forward slashes, without their comments.</summary>
    private static IEnumerable<(string File, string Text)> Sources(string folder)
    {
        string root = Path.Combine(Root(), folder);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj"))
            .ToList();
        Assert.NotEmpty(files);
        return files.Select(file => (file, Comment().Replace(File.ReadAllText(Path.Combine(root, file)), "")));
    }

    private static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "GpuNmf.sln")))
                return at.FullName;
        throw new InvalidOperationException("The tests do not run from within the repository.");
    }

    [GeneratedRegex(@"\bGpuNmf\.([A-Z]\w*)")]
    private static partial Regex Mention();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w*)\.[A-Z]")]
    private static partial Regex ShortMention();

    [GeneratedRegex(@"^(?:public|internal) .*?\b(?:class|struct|interface|enum|record(?: struct)?) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b(Context\.Create|CreateCPUAccelerator|CreateAccelerator|CreateCudaAccelerator|CreateCLAccelerator|Allocate[123]D)\b")]
    private static partial Regex Opening();

    [GeneratedRegex(@"\b(ProcessStartInfo|Process\.Start)\b")]
    private static partial Regex Starting();

    [GeneratedRegex(@"\bConsole\.|\bDebug\.|\bTrace\.Write|\bEnvironment\.Exit\b")]
    private static partial Regex Printing();

    [GeneratedRegex(@"(?m)//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("(?:PackageReference|ProjectReference) Include=\"([^\"]+)\"")]
    private static partial Regex Reference();
}
