using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>What ptxas says of one kernel, in bytes unless said.</summary>
/// <param name="Registers">32-bit registers a thread.</param>
/// <param name="Stack">Local memory a thread: arrays that did not become registers, and spilled registers.</param>
/// <param name="SpillStores">Written by spills; one instruction counts once, however often it runs.</param>
/// <param name="SpillLoads">Read by spills.</param>
/// <param name="Shared">Static shared memory a group.</param>
/// <param name="LocalInLoops">Accesses to local memory that stand inside loops; counted only where there is local memory.</param>
internal sealed partial record AssembledKernel(int Registers, int Stack, int SpillStores, int SpillLoads, int Shared, int LocalInLoops)
{
    /// <summary>Shared memory that a group may have without asking the driver for more.</summary>
    internal const int SharedLimit = 48 * 1024;

    internal static AssembledKernel FromPtx(string ptx, string architecture)
    {
        using var folder = new TempFolder();
        string source = folder["kernel.ptx"], binary = folder["kernel.cubin"];
        File.WriteAllText(source, ptx);
        var (status, report) = CudaTool.Run("ptxas", "--verbose", "--gpu-name", architecture, "--output-file", binary, source);
        if (status != 0) throw new InvalidOperationException($"ptxas refuses the kernel for {architecture}: {report}");
        var assembled = FromReport(report);
        return assembled.Stack == 0 ? assembled : assembled with { LocalInLoops = MachineLoops.LocalAccesses(Disassemble(binary)) };
    }

    /// <summary>The machine code of a file of one kernel, as <c>cuobjdump -sass</c> lists it.</summary>
    internal static string Listing(string ptx, string architecture)
    {
        using var folder = new TempFolder();
        string source = folder["kernel.ptx"], binary = folder["kernel.cubin"];
        File.WriteAllText(source, ptx);
        var (status, report) = CudaTool.Run("ptxas", "--gpu-name", architecture, "--output-file", binary, source);
        return status == 0 ? Disassemble(binary) : throw new InvalidOperationException($"ptxas refuses the kernel for {architecture}: {report}");
    }

    /// <summary>Reads what <c>ptxas --verbose</c> writes about a file of one kernel.</summary>
    internal static AssembledKernel FromReport(string report)
    {
        // A function that is not inlined has a frame line of its own.
        return new AssembledKernel(
            Largest(UsedRegisters(), report, required: true),
            Largest(Frame(), report, required: true),
            Largest(Stores(), report, required: true),
            Largest(Loads(), report, required: true),
            Largest(SharedBytes(), report, required: false),
            0);
    }

    private static string Disassemble(string binary)
    {
        var (status, text) = CudaTool.Run("cuobjdump", "-sass", binary);
        return status == 0 ? text : throw new InvalidOperationException($"cuobjdump ended with status {status}: {text}");
    }

    private static int Largest(Regex pattern, string report, bool required)
    {
        var found = pattern.Matches(report);
        if (found.Count == 0)
            return required ? throw new FormatException($"ptxas reports no '{pattern}': {report}") : 0;
        return found.Max(match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex UsedRegisters();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex Frame();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex Stores();

    [GeneratedRegex(@"(\d+) bytes spill loads")]
    private static partial Regex Loads();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex SharedBytes();
}
