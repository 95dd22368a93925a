using System.Text.Json.Nodes;
using GpuNmf.Benchmarks.Machine;

namespace GpuNmf.Benchmarks.Table;

/// <summary>Everything that a run of the table measured.</summary>
/// <param name="Machine">Device, system, versions.</param>
/// <param name="Peaks">What the device does at best.</param>
/// <param name="Quick">True: a smoke run, whose figures say nothing.</param>
/// <param name="Only">What the names of the rows' measurements hold, where others were left out.</param>
internal sealed record Report(JsonObject Machine, Peaks Peaks, bool Quick, string? Only)
{
    /// <summary>Load average before the first row.</summary>
    public double LoadAtStart { get; init; }

    /// <summary>Load average after the last row, this run's own share included.</summary>
    public double LoadAtEnd { get; set; }

    public List<Row> Rows { get; } = [];

    /// <summary>Times that the whole table was measured; a row has the samples of all of them.</summary>
    public int Repeats { get; set; } = 1;

    /// <summary>Adds a row, or its samples to those of an earlier time.</summary>
    internal void Add(Row row)
    {
        int at = Rows.FindIndex(other => (other.What, other.Peer, other.TargetText) == (row.What, row.Peer, row.TargetText));
        if (at < 0) Rows.Add(row);
        else Rows[at] = Rows[at].And(row);
    }

    /// <summary>Rows that were wrong or did not run, with the reason.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>What the time did not suffice for.</summary>
    public List<string> Cut { get; } = [];
}
