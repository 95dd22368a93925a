using System.Text.Json;

namespace GpuNmf.Cli.Tests;

/// <summary>The process around the command line: exit code, streams, signals set up.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Devices_lists_a_cpu()
    {
        CliRun run = (await ProgramProcess.Run("devices", "--json")).AssertOk();
        Assert.Equal("", run.Stderr);
        using JsonDocument document = JsonDocument.Parse(run.Stdout);
        Assert.Single(document.RootElement.GetProperty("devices").EnumerateArray(), d => d.GetProperty("id").GetString() == "cpu");
    }

    [Fact]
    public async Task An_error_is_one_line_and_an_exit_code() =>
        (await ProgramProcess.Run("separate", "none.wav", "--out", "parts")).AssertError(ExitCodes.Input, "'none.wav': no such file");

    [Fact]
    public async Task A_wrong_option_is_one_line_and_an_exit_code() =>
        (await ProgramProcess.Run("separate", "none.wav", "--out", "parts", "--rank", "0")).AssertError(ExitCodes.Usage, "--rank is 0");

    [Fact]
    public async Task Help_calls_the_program_by_its_name() =>
        Assert.Contains("gpunmf separate <INPUT>... [options]", (await ProgramProcess.Run("separate", "--help")).AssertOk().Stdout, StringComparison.Ordinal);
}
