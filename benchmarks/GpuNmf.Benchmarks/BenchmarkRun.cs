using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace GpuNmf.Benchmarks;

/// <summary>How BenchmarkDotNet runs here.</summary>
internal static class BenchmarkRun
{
    /// <param name="type">Class of benchmarks.</param>
    /// <param name="arguments">BenchmarkDotNet's own options.</param>
    /// <param name="columns">Beside least, median and 95th percentile.</param>
    /// <returns>The exit code.</returns>
    internal static int Of(Type type, string[] arguments, params IColumn[] columns)
    {
        // In this process: a project of BenchmarkDotNet's own would inherit this repository's rules for warnings.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(2).WithIterationCount(15).WithIterationTime(TimeInterval.FromMilliseconds(250));
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params)
            .AddColumn(StatisticColumn.Min, StatisticColumn.Median, StatisticColumn.P95)
            .AddColumn(columns)
            .AddExporter(MarkdownExporter.GitHub, JsonExporter.Full)
            .AddLogger(ConsoleLogger.Default)
            .WithOptions(ConfigOptions.DisableLogFile);
        var summaries = BenchmarkSwitcher.FromTypes([type]).Run(["--filter", "*", .. arguments], config);
        return summaries.All(s => !s.HasCriticalValidationErrors && s.Reports.All(r => r.Success)) ? 0 : 1;
    }
}
