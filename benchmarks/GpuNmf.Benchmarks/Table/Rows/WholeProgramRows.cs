using System.Globalization;
using System.Text.Json.Nodes;
using GpuNmf.Benchmarks.Stages;
using GpuNmf.Reference;

namespace GpuNmf.Benchmarks.Table.Rows;

/// <summary>The whole program, file to files, beside a Python script that does the same: wall time, processor time, peak memory.</summary>
internal static class WholeProgramRows
{
    private const int Rank = 8, Iterations = 200;

    /// <summary>Fixed by the targets: they are for this length.</summary>
    internal const int Seconds = 60;

    internal static IEnumerable<Row> Measure(Bench bench, int seconds, int rounds)
    {
        string input = bench.File("input.wav");
        var machine = new DrumMachine(MakeInput.Seed, channels: 2);
        MakeInput.Write(input, machine.Render(seconds * machine.SampleRateHz));
        List<JsonObject> ours = [], theirs = [];
        double load = LoadAverage.Read();
        string? missing = null;
        for (int i = 0; i < rounds && missing is null; i++)
        {
            ours.Add(Separate(bench, input, "ours", Ours(input)));
            try
            {
                theirs.Add(Separate(bench, input, "theirs", Theirs(input)));
            }
            catch (PeerMissingException exception)
            {
                missing = exception.Message;
            }
        }
        string what = string.Create(CultureInfo.InvariantCulture, $"whole program, {new StageShape(seconds, 2)}, K {Rank}, {Iterations} KL iterations");
        bool targeted = seconds == Seconds;
        Row Of(string name, string unit, string key, double scale, double? target) => new($"{what}: {name}", unit)
        {
            Ours = [.. ours.Select(run => scale * run[key]!.GetValue<double>())],
            Theirs = [.. theirs.Select(run => scale * run[key]!.GetValue<double>())],
            Peer = "NumPy, SciPy, scikit-learn",
            Target = targeted && target is { } times ? Target.Times(times) : null,
            Load = load,
            Note = missing,
        };
        return [Of("wall", "s", "wallSeconds", 1, 8), Of("processor", "s", "cpuSeconds", 1, null), Of("peak memory", "MB", "peakBytes", 1e-6, 3)];
    }

    private static Func<string, string[]> Ours(string input) => folder =>
    [
        .. CommandLine, "separate", input, "--out", folder, "--rank", Text(Rank), "--max-iter", Text(Iterations),
        "--solver", "mu", "--tol", "0", "--device", BenchDevice.Name, "--quiet",
    ];

    private static Func<string, string[]> Theirs(string input) => folder =>
        [PeerFolder.Python, Path.Combine(PeerFolder.Path, "separate.py"), input, folder, "--rank", Text(Rank), "--iterations", Text(Iterations)];

    /// <summary>The program as a user runs it: GPUNMF_BENCH_CLI, else the repository's Release build.</summary>
    private static string[] CommandLine => Environment.GetEnvironmentVariable("GPUNMF_BENCH_CLI") is { Length: > 0 } named
        ? [named]
        : ["dotnet", Path.Combine(PeerFolder.Root ?? "", "src", "GpuNmf.Cli", "bin", "Release", "net10.0", "GpuNmf.Cli.dll")];

    /// <summary>Runs, measures, and checks that the stems are finite, not empty and add up to the recording.</summary>
    private static JsonObject Separate(Bench bench, string input, string name, Func<string, string[]> command)
    {
        string folder = bench.File(name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        var measured = Peer.Once("measure.py", command(folder));
        measured["check"] = Peer.Once("check_stems.py", input, folder);
        Directory.Delete(folder, recursive: true);
        return measured;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
