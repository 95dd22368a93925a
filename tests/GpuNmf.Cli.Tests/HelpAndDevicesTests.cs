using System.Text.Json;

namespace GpuNmf.Cli.Tests;

public sealed class HelpAndDevicesTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("separate", "--help")]
    [InlineData("sweep", "--help")]
    [InlineData("learn", "--help")]
    [InlineData("devices", "-h")]
    public void Help_has_an_example_and_the_exit_codes(params string[] args)
    {
        CliRun run = CliRun.Of(args).AssertOk();
        Assert.Equal("", run.Stderr);
        Assert.Contains("Example", run.Stdout, StringComparison.Ordinal);
        Assert.Contains("  gpunmf ", run.Stdout, StringComparison.Ordinal);
        foreach (int code in (int[])[ExitCodes.Ok, ExitCodes.Internal, ExitCodes.Usage, ExitCodes.Input, ExitCodes.Device, ExitCodes.Output, ExitCodes.SomeFailed, ExitCodes.Cancelled])
            Assert.Matches($@"(?m)^  {code} ", run.Stdout);
    }

    [Theory]
    [InlineData("--rank <K>", "1..256", "[default: 8]")]
    [InlineData("--loss <LOSS>", "frobenius", "[default: kl]")]
    [InlineData("--n-fft <SAMPLES>", "power of two", "[default: 2048]")]
    [InlineData("--max-iter <N>", "1..1000000", "[default: 200]")]
    [InlineData("--tol <SHARE>", "share", "[default: 1e-4]")]
    [InlineData("--encoding <FORMAT>", "float32, pcm16 or pcm24", "[default: float32]")]
    [InlineData("--start <SECONDS>", "begin", "[default: 0]")]
    [InlineData("--device <DEVICE>", "cuda:N", "[default: auto]")]
    public void Help_gives_values_and_defaults(string option, string rule, string fallback)
    {
        string help = CliRun.Of("separate", "--help").AssertOk().Stdout;
        int at = help.IndexOf(option, StringComparison.Ordinal);
        Assert.True(at >= 0, option);
        int end = help.IndexOf("\n  --", at, StringComparison.Ordinal);
        string entry = help[at..end];
        Assert.Contains(rule, entry, StringComparison.Ordinal);
        Assert.Contains(fallback, entry, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_wins_over_what_is_missing() => CliRun.Of("separate", "--rank", "8", "--help").AssertOk();

    [Fact]
    public void Version_is_that_of_the_files() => Assert.Equal($"gpunmf {ProgramInfo.Version}\n", CliRun.Of("--version").AssertOk().Stdout.ReplaceLineEndings("\n"));

    [Fact]
    public void Devices_lists_what_can_be_used_and_why_the_rest_cannot()
    {
        CliRun run = CliRun.Of("devices").AssertOk();
        string[] lines = run.Stdout.Split('\n');
        Assert.Single(lines, l => l.Contains("opencl:0", StringComparison.Ordinal) && l.Contains("Toy [GPU]", StringComparison.Ordinal) && l.Contains("3.0 GiB", StringComparison.Ordinal) && l.Contains("12", StringComparison.Ordinal) && l.Contains("yes", StringComparison.Ordinal));
        Assert.Single(lines, l => l.Contains("cuda", StringComparison.Ordinal) && l.Contains("no: there is no driver", StringComparison.Ordinal));
        Assert.Single(lines, l => l.Contains("Toy processor", StringComparison.Ordinal) && l.Contains("unknown", StringComparison.Ordinal));
        Assert.Equal("", run.Stderr);
    }

    [Fact]
    public void Devices_as_json()
    {
        using JsonDocument document = JsonDocument.Parse(CliRun.Of("devices", "--json").AssertOk().Stdout);
        JsonElement devices = document.RootElement.GetProperty("devices");
        Assert.Equal(3, devices.GetArrayLength());
        Assert.Equal(JsonValueKind.Null, devices[0].GetProperty("id").ValueKind);
        Assert.Equal("there is no driver", devices[0].GetProperty("rejectedBecause").GetString());
        Assert.False(devices[0].GetProperty("usable").GetBoolean());
        Assert.Equal("opencl:0", devices[1].GetProperty("id").GetString());
        Assert.Equal(3L << 30, devices[1].GetProperty("memoryBytes").GetInt64());
        Assert.Equal("cpu", devices[2].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, devices[2].GetProperty("memoryBytes").ValueKind);
    }

    [Fact]
    public void The_real_engine_has_a_cpu()
    {
        using JsonDocument document = JsonDocument.Parse(CliRun.Of(new DeviceEngine(), "devices", "--json").AssertOk().Stdout);
        JsonElement cpu = Assert.Single(document.RootElement.GetProperty("devices").EnumerateArray(), d => d.GetProperty("kind").GetString() == "cpu");
        Assert.True(cpu.GetProperty("usable").GetBoolean());
        Assert.True(cpu.GetProperty("cores").GetInt32() >= 1);
    }
}
