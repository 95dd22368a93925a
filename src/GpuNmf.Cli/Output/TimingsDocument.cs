using System.Diagnostics;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;

namespace GpuNmf.Cli.Output;

/// <summary><c>timings.json</c>: what differs from run to run.</summary>
internal static class TimingsDocument
{
    /// <summary>The whole document.</summary>
    /// <param name="result">Says how long the stages took.</param>
    /// <param name="total">From the opened recording to the last byte of the stems, the device's start included.</param>
    public static JsonObject Create(SeparationResult result, TimeSpan total)
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
                ["stems"] = JsonText.Number(result.Timings.StemSeconds),
            },
            ["totalSeconds"] = JsonText.Number(total.TotalSeconds),
            ["spectrogram"] = Words.Storages.For(result.Storage),
            ["peakDeviceBytes"] = result.PeakDeviceBytes,
            ["peakProcessBytes"] = process.PeakWorkingSet64,
        };
    }
}
