using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;
using GpuNmf.Sweep;

namespace GpuNmf.Cli.Sweeping;

/// <summary><c>timings.json</c> of a sweep: what differs from run to run.</summary>
internal static class SweepTimings
{
    /// <summary>The whole document.</summary>
    /// <param name="result">Says how long stages and models took; models of an interrupted run count as they did there.</param>
    /// <param name="total">From the opened recording to the results, the device's start included; of this run only.</param>
    public static JsonObject Create(SweepResult result, TimeSpan total)
    {
        using Process process = Process.GetCurrentProcess();
        return new JsonObject
        {
            ["program"] = ProgramInfo.Name,
            ["version"] = ProgramInfo.Version,
            ["stageSeconds"] = new JsonObject
            {
                ["read"] = JsonText.Number(result.Timings.ReadSeconds),
                ["stft"] = JsonText.Number(result.Timings.StftSeconds),
                ["nmf"] = JsonText.Number(result.Timings.NmfSeconds),
            },
            ["totalSeconds"] = JsonText.Number(total.TotalSeconds),
            ["ranks"] = new JsonArray([.. result.Summaries.Select(summary => (JsonNode)Rank(summary))]),
            ["peakDeviceBytes"] = result.PeakDeviceBytes,
            ["peakProcessBytes"] = process.PeakWorkingSet64,
        };
    }

    private static JsonObject Rank(RankSummary rank) => new JsonObject
    {
        ["loss"] = LossWords.NameOf(rank.Beta),
        ["rank"] = rank.Rank,
        ["seconds"] = JsonText.Number(rank.Seconds),
        ["restarts"] = new JsonArray([.. rank.Restarts.Select(restart => JsonText.Number(restart.Seconds))]),
    };
}
