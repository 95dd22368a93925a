using System.Globalization;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Separating;

/// <summary><c>separate --plan</c>: what each recording would take.</summary>
internal sealed class PlanRun(CommandContext context, SeparateRequest request, IReadOnlyList<string> paths)
{
    /// <summary>Prints the plans; errors are exceptions.</summary>
    /// <returns><see cref="ExitCodes.Ok"/>.</returns>
    public int Execute()
    {
        using var separator = new SharedSeparator(context.Engine, request.Device);
        var plans = new List<(string Path, SeparationPlan Plan)>();
        foreach (string path in paths) plans.Add((path, Interruptible.Run(() => Of(path, separator), Interruptible.Grace, context.Cancellation)));
        if (request.PrintsJson) context.Print(stdout => stdout.Write(JsonText.Write(new JsonObject { ["plans"] = new JsonArray([.. plans.Select(plan => Document(plan.Path, plan.Plan))]) })), "");
        else if (request.Verbosity == Verbosity.Normal) context.Print(stdout => PrintLines(stdout, plans), "");
        return ExitCodes.Ok;
    }

    private SeparationPlan Of(string path, SharedSeparator separator)
    {
        SeparateRequest one = request.For(path, request.Output.Folder);
        using RecordingFile recording = RecordingFile.OpenToPlan(one, context.Cancellation);
        // Of examples only their number matters, and that is in the options.
        SeparationOptions options = one.Options with { Grouping = null };
        SeparationPlan plan = separator.Plan(recording.Samples, options, one.Memory with { SpoolFolder = WorkFolder(one.Output.Folder) }, context.Cancellation);
        // In the folder where the work happens lie also what is decoded, and the last checkpoint beside the next one.
        return plan with { DiskBytes = plan.DiskBytes + recording.DecodedBytes + 2 * plan.CheckpointBytes };
    }

    /// <summary>The folder nearest to where the work would happen that is there.</summary>
    private static string WorkFolder(string output)
    {
        string folder = Path.GetFullPath(output.Length == 0 ? "." : output);
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        return folder;
    }

    private static void PrintLines(TextWriter stdout, List<(string Path, SeparationPlan Plan)> plans)
    {
        foreach ((string path, SeparationPlan plan) in plans)
        {
            stdout.WriteLine($"{path}: {Duration(plan.Seconds)} on {plan.Device.Id} ({plan.Device.Name}), if no stopping rule ends it before");
            stdout.WriteLine($"  memory       {ByteSize.Text(plan.DeviceBytes)} on the device, {ByteSize.Text(plan.HostBytes)} beside it, {ByteSize.Text(plan.DiskBytes)} of disk beside the parts");
            stdout.WriteLine($"  spectrogram  {ByteSize.Text(plan.SpectrogramBytes)}, {Place(plan)}; {plan.Passes} passes over it");
            StageTimings timings = plan.Timings;
            stdout.WriteLine($"  time         {Duration(timings.ReadSeconds + timings.StftSeconds)} to read and transform, {Duration(timings.NmfSeconds)} to factorise, {Duration(timings.StemSeconds)} to write");
        }
    }

    private static string Place(SeparationPlan plan) => plan.Storage switch
    {
        SpectrogramStorage.Device => "all of it on the device",
        SpectrogramStorage.Host => $"in the host's memory, {plan.Blocks} blocks in turn on the device",
        SpectrogramStorage.Disk => $"on disk, {plan.Blocks} blocks in turn on the device",
        _ => $"formed again in every pass, in {plan.Blocks} blocks",
    };

    private static string Duration(double seconds) => seconds switch
    {
        >= 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
        >= 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:F0} min"),
        >= 10 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s"),
    };

    private static JsonObject Document(string path, SeparationPlan plan) => new()
    {
        ["file"] = path,
        ["device"] = new JsonObject { ["id"] = plan.Device.Id, ["name"] = plan.Device.Name },
        ["deviceBytes"] = plan.DeviceBytes,
        ["hostBytes"] = plan.HostBytes,
        ["diskBytes"] = plan.DiskBytes,
        ["spectrogramBytes"] = plan.SpectrogramBytes,
        ["spectrogram"] = Words.Storages.For(plan.Storage),
        ["blocks"] = plan.Blocks,
        ["passes"] = plan.Passes,
        ["seconds"] = new JsonObject
        {
            ["read"] = JsonText.Number(plan.Timings.ReadSeconds),
            ["stft"] = JsonText.Number(plan.Timings.StftSeconds),
            ["nmf"] = JsonText.Number(plan.Timings.NmfSeconds),
            ["stems"] = JsonText.Number(plan.Timings.StemSeconds),
        },
    };
}
