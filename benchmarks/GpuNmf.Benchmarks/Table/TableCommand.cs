using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GpuNmf.Benchmarks.Machine;
using GpuNmf.Devices;

namespace GpuNmf.Benchmarks.Table;

/// <summary><c>-- table cpu|gpu [options]</c>: every row, checked and then timed in turns with its peer; one table, raw samples as JSON.</summary>
internal static class TableCommand
{
    internal const string Command = "table";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    internal static int Run(string[] arguments)
    {
        var options = TableOptions.Parse(arguments);
        if (options.Suite == "cpu") BlasCheck.Require();
        using var session = BenchDevice.Open();
        Console.Error.WriteLine($"{session.Entry.Name}, {session.Kind}, {session.Entry.Cores} cores; measuring its peaks");
        using var folder = new ScratchFolder();
        var bench = new Bench(session, Peaks.Measure(session), folder.Path, options.Quick);
        var report = new Report(Describe(session), bench.Peaks, options.Quick, options.Only) { LoadAtStart = LoadAverage.Read() };
        string path = options.Output ?? DefaultPath(session);
        // Stopped by a time limit, what is there is printed.
        Console.CancelKeyPress += (_, _) => Finish(report, path, "stopped before its end");
        for (report.Repeats = 1; ; report.Repeats++)
        {
            foreach (var step in options.Wanted(options.Suite == "cpu" ? Suite.Cpu(bench) : Suite.Gpu(bench, options.Seconds))) Take(step, options, report, path);
            if (report.Repeats >= options.Repeats || options.IsSpent) break;
        }
        return Finish(report, path, null);
    }

    private static int Finish(Report report, string path, string? why)
    {
        lock (report)
        {
            if (why is not null) report.Failures.Add($"The table: {why}.");
            report.LoadAtEnd = LoadAverage.Read();
            Write(path, report);
            TablePrinter.Print(report, Console.Out);
            Console.WriteLine($"\nRaw samples: {path}");
            Console.Out.Flush();
            return report.Failures.Count == 0 ? 0 : 1;
        }
    }

    private static void Take(Step step, TableOptions options, Report report, string path)
    {
        if (options.IsSpent)
        {
            report.Cut.Add(step.Name);
            return;
        }
        try
        {
            foreach (var row in step.Measure())
            {
                // A smoke run's shapes are not those of the targets.
                var kept = options.Quick ? row with { Target = null } : row;
                lock (report) report.Add(kept);
                Console.Error.WriteLine(TablePrinter.OneLine(kept));
            }
        }
#pragma warning disable CA1031 // One row that fails, or is wrong, does not take the others along; it is printed and fails the run.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            report.Failures.Add($"{step.Name}: {exception.Message}");
            Console.Error.WriteLine($"FAILED {step.Name}: {exception}");
        }
        lock (report) Write(path, report);
    }

    private static void Write(string path, Report report) => File.WriteAllText(path, JsonSerializer.Serialize(report, s_json));

    private static JsonObject Describe(DeviceSession session) => new()
    {
        ["device"] = session.Entry.Name,
        ["kind"] = session.Kind,
        ["cores"] = session.Entry.Cores,
        ["memoryBytes"] = session.Entry.MemoryBytes,
        ["system"] = RuntimeInformation.OSDescription,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["gpunmf"] = Environment.GetEnvironmentVariable("GPUNMF_BENCH_VERSION"),
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    private static string DefaultPath(DeviceSession session)
    {
        string folder = Path.Combine(PeerFolder.Root ?? ".", "benchmarks", "results");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"{DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}-{BenchDevice.Slug(session.Entry)}.json");
    }
}
