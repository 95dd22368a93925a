using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace GpuNmf.Benchmarks.Iterations;

/// <summary>Work a second at the median time. The machine's peaks are not known, so no share of them is printed.</summary>
internal sealed class ThroughputColumn(string name, string legend, Func<IterationShape, double> work) : IColumn
{
    internal static readonly ThroughputColumn Flops = new("GFLOP/s", "8 F T K flops an iteration, whatever the divergence", shape => shape.Flops);

    internal static readonly ThroughputColumn Bytes = new("GB/s of X", "X read once an iteration", shape => shape.SpectrogramBytes);

    public string Id => nameof(ThroughputColumn) + name;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "?";
        var shape = (IterationShape)benchmarkCase.Parameters[nameof(IterationBenchmarks.Shape)];
        return (work(shape) / statistics.Median).ToString("F1", CultureInfo.InvariantCulture);
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
