using System.Text.Json.Nodes;

namespace GpuNmf.Cli.Tests;

/// <summary>Limits of memory, and plans.</summary>
public sealed class MemoryOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _song;

    public MemoryOptionTests() => _song = TestRecording.WriteTones(_folder["song.wav"]);

    [Theory]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("1.5 GiB", 1_610_612_736)]
    [InlineData("512mib", 536_870_912)]
    [InlineData("300M", 300_000_000)]
    [InlineData("268435456", 268_435_456)]
    public void A_limit_reaches_the_engine(string text, long bytes)
    {
        var engine = new ToyEngine();
        CliRun.Of(engine, "separate", _song, "--out", _folder["parts"], "--memory-limit", text, "--spectrogram", "disk").AssertOk();

        Assert.Equal(bytes, engine.Memory!.LimitBytes);
        Assert.Equal(SpectrogramStorage.Disk, engine.Memory.Spectrogram);
        Assert.Equal(_folder["parts.partial"], engine.Memory.SpoolFolder);
    }

    [Fact]
    public void Without_options_the_engine_chooses()
    {
        var engine = new ToyEngine();
        foreach (string command in (string[])["separate", "sweep", "learn"])
        {
            CliRun.Of(engine, command, _song, "--out", _folder[command + ".npz"], "--n-fft", "256").AssertOk();
            Assert.Equal(new MemoryOptions { SpoolFolder = engine.Memory!.SpoolFolder }, engine.Memory);
            Assert.Equal(command == "learn" ? _folder.Root : _folder[command + ".npz.partial"], engine.Memory.SpoolFolder);
        }
    }

    [Theory]
    [InlineData("--memory-limit", "2GX", "--memory-limit is '2GX'; it must be a size of at least 256MiB")]
    [InlineData("--memory-limit", "1MB", "--memory-limit is '1MB'; it must be a size of at least 256MiB")]
    [InlineData("--memory-limit", "NaN", "--memory-limit is 'NaN'")]
    [InlineData("--spectrogram", "ram", "--spectrogram is 'ram'; the choices are auto, device, host, disk, recompute")]
    [InlineData("--checkpoint-every", "-1", "--checkpoint-every is '-1'; it must be a number of seconds in 0..86400")]
    public void A_wrong_value_is_told(string option, string value, string message) =>
        CliRun.Of("separate", _song, "--out", _folder["parts"], option, value).AssertError(ExitCodes.Usage, message);

    [Fact]
    public void A_plan_is_printed_and_nothing_is_written()
    {
        var engine = new ToyEngine();
        string[] before = Directory.GetFileSystemEntries(_folder.Root);

        string text = CliRun.Of(engine, "separate", _song, "--plan", "--max-iter", "20").AssertOk().Stdout;

        Assert.StartsWith($"{_song}: 2.3 h on cpu (Toy processor)", text, StringComparison.Ordinal);
        Assert.Contains("2.50 GB on the device, 40 MB beside it, 2 MB of disk beside the parts", text, StringComparison.Ordinal);
        Assert.Contains("13.10 GB, formed again in every pass, in 24 blocks; 21 passes", text, StringComparison.Ordinal);
        Assert.Contains("60 s to read and transform, 2.2 h to factorise, 5 min to write", text, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Root));
        Assert.Equal(1, engine.Closed);
    }

    /// <summary>A disk is measured where it would be written to, and what is decoded takes room there.</summary>
    [Fact]
    public void A_plan_looks_at_the_disk_where_the_work_would_happen()
    {
        GpuNmf.Tests.Audio.Codecs.FfmpegTool.Make(["-i", _song, _folder["song.flac"]]);
        string[] inputs = [_song, _folder["song.flac"]];
        (long[] bytes, string?[] folders) = (new long[2], new string?[2]);
        for (int i = 0; i < 2; i++)
        {
            var engine = new ToyEngine();
            JsonNode document = JsonNode.Parse(CliRun.Of(engine, "separate", inputs[i], "--plan", "--json", "--out", _folder["not", "there", "{name}"]).AssertOk().Stdout)!;
            (bytes[i], folders[i]) = ((long)document["plans"]![0]!["diskBytes"]!, engine.Memory!.SpoolFolder);
        }

        Assert.Equal([_folder.Root, _folder.Root], folders);
        // Two checkpoints, and four bytes for each sample of the decoded file.
        Assert.Equal(2_000_000, bytes[0]);
        Assert.Equal(2_000_000 + 4 * (new FileInfo(_song).Length - 44) / 2, bytes[1]);
    }

    [Fact]
    public void Plans_of_several_recordings_are_a_list()
    {
        string other = TestRecording.WriteTones(_folder["other.wav"]);

        JsonNode document = JsonNode.Parse(CliRun.Of("separate", _song, other, "--plan", "--json").AssertOk().Stdout)!;

        JsonArray plans = document["plans"]!.AsArray();
        Assert.Equal([_song, other], plans.Select(plan => (string)plan!["file"]!));
        Assert.Equal("recompute", (string)plans[0]!["spectrogram"]!);
        Assert.Equal(8000, (double)plans[0]!["seconds"]!["nmf"]!);
    }

    [Fact]
    public void Without_a_plan_a_folder_is_needed() =>
        CliRun.Of("separate", _song).AssertError(ExitCodes.Usage, "--out FOLDER is missing");

    public void Dispose() => _folder.Dispose();
}
