using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuNmf.Cli.Output;
using GpuNmf.Devices;
using Spectre.Console;

namespace GpuNmf.Cli.Commands;

/// <summary><c>gpunmf devices</c>: what <c>--device</c> can name on this machine, and what it cannot and why.</summary>
internal static class DevicesCommand
{
    /// <summary>The command's word.</summary>
    public const string Name = "devices";

    /// <summary>The command, ready to be parsed and invoked.</summary>
    public static Command Create(CommandContext context)
    {
        Option<bool> json = OptionText.Flag("--json", "Print one JSON document instead of the table.");
        var command = new Command(Name, "Lists the CUDA, OpenCL and CPU devices of this machine, and why one cannot be used.");
        command.Add(json);
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceEntry> devices = context.Engine.ListDevices();
            context.Print(stdout =>
            {
                if (parsed.GetValue(json)) stdout.Write(JsonText.Write(Document(devices)));
                else TableConsole.Write(stdout, Table(devices));
            });
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Table Table(IReadOnlyList<DeviceEntry> devices)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (string heading in (string[])["device", "name", "memory", "cores", "usable"]) table.AddColumn(heading);
        foreach (DeviceEntry device in devices)
            table.AddRow(Markup.Escape(Id(device) ?? Kind(device)), Markup.Escape(device.Name), Memory(device.MemoryBytes), Cores(device.Cores),
                Markup.Escape(device.RejectedBecause is null ? "yes" : $"no: {device.RejectedBecause}"));
        return table;
    }

    private static JsonObject Document(IEnumerable<DeviceEntry> devices) => new()
    {
        ["program"] = ProgramInfo.Name,
        ["version"] = ProgramInfo.Version,
        ["devices"] = new JsonArray([.. devices.Select(d => (JsonNode)new JsonObject
        {
            ["id"] = Id(d),
            ["kind"] = Kind(d),
            ["name"] = d.Name,
            ["memoryBytes"] = d.MemoryBytes > 0 ? d.MemoryBytes : null,
            ["cores"] = d.Cores > 0 ? d.Cores : null,
            ["usable"] = d.IsUsable,
            ["rejectedBecause"] = d.RejectedBecause,
        })]),
    };

    // A rejected device has no number that could be asked for.
    private static string? Id(DeviceEntry device) => device.IsUsable ? device.Id : null;

    private static string Kind(DeviceEntry device) => device.Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.Cuda => "cuda",
        _ => "opencl",
    };

    private static string Memory(long bytes) =>
        bytes > 0 ? (bytes / (double)(1L << 30)).ToString("F1", CultureInfo.InvariantCulture) + " GiB" : "unknown";

    private static string Cores(int cores) => cores > 0 ? cores.ToString(CultureInfo.InvariantCulture) : "unknown";
}
