using System.Globalization;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>Collects a row for every assembled kernel and writes them beside the tests as <c>code-generation.txt</c>.</summary>
public sealed class KernelTable : IDisposable
{
    private readonly SortedDictionary<string, string> _rows = new(StringComparer.Ordinal);

    internal static string Header { get; } = Line("kernel", "arch", "registers", "spills B", "in loops", "stack B", "shared B");

    internal string Add(string kernel, string architecture, AssembledKernel assembled)
    {
        string row = Line(kernel, architecture, Text(assembled.Registers), Text(assembled.SpillStores + assembled.SpillLoads),
            Text(assembled.LocalInLoops), Text(assembled.Stack), Text(assembled.Shared));
        _rows[$"{kernel} {architecture}"] = row;
        return row;
    }

    public void Dispose()
    {
        if (_rows.Count > 0) File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "code-generation.txt"), [Header, .. _rows.Values]);
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Line(string kernel, string architecture, string registers, string spills, string inLoops, string stack, string shared) =>
        $"{kernel,-44} {architecture,-6} {registers,9} {spills,9} {inLoops,9} {stack,8} {shared,9}";
}
