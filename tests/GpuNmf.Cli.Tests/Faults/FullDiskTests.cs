using GpuNmf.Cli.Output;
using GpuNmf.Tests.Audio.Codecs;
using GpuNmf.Tests.Faults;

namespace GpuNmf.Cli.Tests.Faults;

/// <summary>The command on a disk that is full at every place, one after the other, or read-only.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int MostPages = 200;

    private readonly TemporaryFolder _folder = new();

    public FullDiskTests() => TestRecording.WriteTones(_folder["song.wav"], seconds: 0.5);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Commands => new(
        "separate --rank 2", "separate --rank 2 --sources 2 --keep-components", "separate --rank 2 --format flac", "sweep --ranks 2,3 --restarts 2 --keep all --resume", "learn --rank 2");

    /// <summary>At each size the work is complete, or an error says that the disk is full and it is empty again.</summary>
    [Theory, MemberData(nameof(Commands))]
    public void On_a_disk_of_every_size_the_output_is_complete_or_not_there(string command)
    {
        using var disk = SmallDisk.Make(1000);
        if (command.Contains("flac", StringComparison.Ordinal)) FfmpegTool.Need();
        Run(command, disk).AssertOk();
        Clear(disk);
        int full = 0;
        // Pages of the folders and of what is written at the end count too, so the size that is enough is found by trying.
        for (int pages = 1; pages < MostPages; pages++)
        {
            disk.Resize(pages);
            CliRun run = Run(command, disk);
            if (run.ExitCode == ExitCodes.Ok) break;
            run.AssertError(ExitCodes.Output, disk.Path);
            // A sweep keeps the models that have finished, and goes on with them.
            Assert.DoesNotContain(disk.Names, name => !command.Contains("--resume", StringComparison.Ordinal) || name != "out.partial");
            full++;
        }
        Assert.InRange(full, 1, MostPages - 2);
        Assert.Equal(["out"], disk.Names);
    }

    [Fact]
    public void The_folder_to_be_replaced_stays_on_a_disk_without_room_for_another()
    {
        using var disk = SmallDisk.Make(1000);
        Run("separate --rank 2", disk).AssertOk();
        string[] before = Contents(disk["out"]);
        int pages = Directory.GetFiles(disk["out"]).Sum(file => (int)((new FileInfo(file).Length + SmallDisk.PageBytes - 1) / SmallDisk.PageBytes));
        foreach (int size in (int[])[pages + 2, pages + 8, 2 * pages - 1])
        {
            disk.Resize(size);
            Run("separate --rank 2 --force", disk).AssertError(ExitCodes.Output, "No space left");
            Assert.Equal(["out"], disk.Names);
            Assert.Equal(before, Contents(disk["out"]));
        }
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_read_only_disk_is_refused_before_the_work(string command)
    {
        using var disk = SmallDisk.Make(100);
        if (command.Contains("flac", StringComparison.Ordinal)) FfmpegTool.Need();
        disk.Freeze();
        Run(command, disk, new ToyEngine { OnOpening = () => Assert.Fail("The device was opened.") }).AssertError(ExitCodes.Output, disk.Path, "Read-only file system");
        Run(command, disk, new ToyEngine(), "out/deep/er").AssertError(ExitCodes.Output, disk.Path);
    }

    [Fact]
    public void A_disk_that_others_fill_in_the_midst_is_the_outputs_fault()
    {
        using var disk = SmallDisk.Make(100);
        var engine = new ToyEngine { AtTheEnd = disk.Fill };
        Run("separate --rank 2", disk, engine).AssertError(ExitCodes.Output, "No space left");
        Assert.Equal([SmallDisk.Filling], disk.Names);
    }

    [Fact]
    public async Task The_program_itself_says_that_the_disk_is_full_and_leaves_nothing()
    {
        using var disk = SmallDisk.Make(40);
        TestRecording.WriteTones(_folder["song.wav"], seconds: 10);
        (await ProgramProcess.Run("separate", _folder["song.wav"], "--out", disk["parts"], "--device", "cpu", "--rank", "2", "--max-iter", "2", "--quiet"))
            .AssertError(ExitCodes.Output, disk["parts.partial"], "No space left on device");
        Assert.Empty(disk.Names);
    }

    private CliRun Run(string command, SmallDisk disk, ToyEngine? engine = null, string output = "out")
    {
        string[] words = command.Split(' ');
        return CliRun.Of(engine ?? new ToyEngine(), [words[0], _folder["song.wav"], "--out", disk[output], "--quiet", .. words[1..]]);
    }

    private static void Clear(SmallDisk disk)
    {
        foreach (string entry in Directory.GetFileSystemEntries(disk.Path))
        {
            if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
            else File.Delete(entry);
        }
    }

    private static string[] Contents(string folder) =>
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")];
}
