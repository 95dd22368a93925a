using System.Diagnostics;
using System.Globalization;

namespace GpuNmf.Benchmarks.Table;

/// <summary>Options of the table.</summary>
/// <param name="Suite">cpu or gpu.</param>
/// <param name="Quick">A smoke run.</param>
/// <param name="Seconds">Length of the recording of the GPU rows.</param>
/// <param name="BudgetSeconds">No row is begun after so long.</param>
/// <param name="Output">The JSON file; null is benchmarks/results/DATE-DEVICE.json.</param>
/// <param name="Repeats">Times that the whole table is measured.</param>
/// <param name="Only">Only measurements whose name holds this; null is all.</param>
internal sealed record TableOptions(string Suite, bool Quick, int Seconds, double BudgetSeconds, string? Output, int Repeats, string? Only)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>True when the time is up.</summary>
    internal bool IsSpent => Stopwatch.GetElapsedTime(_start).TotalSeconds > BudgetSeconds;

    /// <summary>The measurements that are asked for.</summary>
    /// <exception cref="FormatException">None is.</exception>
    internal IReadOnlyList<Step> Wanted(IEnumerable<Step> steps)
    {
        Step[] all = [.. steps];
        Step[] wanted = [.. all.Where(step => Only is null || step.Name.Contains(Only, StringComparison.OrdinalIgnoreCase))];
        return wanted.Length > 0 ? wanted : throw new FormatException($"'{Only}' is in no measurement's name: {string.Join("; ", all.Select(step => step.Name).Distinct())}.");
    }

    /// <exception cref="FormatException">They are none.</exception>
    internal static TableOptions Parse(string[] arguments)
    {
        var options = new TableOptions("cpu", false, 3600, double.PositiveInfinity, null, 1, null);
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[^1]} takes a value.");
            options = arguments[i] switch
            {
                "cpu" or "gpu" => options with { Suite = arguments[i] },
                "--quick" => options with { Quick = true },
                "--seconds" => options with { Seconds = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--budget" => options with { BudgetSeconds = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--repeat" => options with { Repeats = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--only" => options with { Only = Value() },
                "--out" => options with { Output = Value() },
                _ => throw new FormatException($"'{arguments[i]}' is no option of table."),
            };
        }
        if (options.Repeats < 1) throw new FormatException($"--repeat is {options.Repeats}; it must be at least 1.");
        if (options is { Only: not null, Output: null }) throw new FormatException("--only leaves rows out: name its own file with --out, so that the day's whole table stays.");
        return options;
    }
}
