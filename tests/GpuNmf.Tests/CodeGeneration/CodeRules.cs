using System.Text.RegularExpressions;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>What generated code must not contain.</summary>
internal static partial class CodeRules
{
    /// <summary>Registers that the threads of a group have together, on every architecture that is compiled for.</summary>
    private const int RegistersOfAGroup = 65536;

    /// <summary>One sentence for every rule that a kernel breaks.</summary>
    /// <param name="ptx">What ILGPU generated.</param>
    /// <param name="assembled">What ptxas made of it.</param>
    /// <param name="maxGroup">Threads of the largest group.</param>
    internal static IReadOnlyList<string> Broken(string ptx, AssembledKernel assembled, int maxGroup)
    {
        var broken = new List<string>();
        if (DoublePtx().Match(ptx) is { Success: true } instruction)
            broken.Add($"double precision: {instruction.Value.Trim()}");
        // A spill is local memory too; whatever exceeds the spills is an array.
        if (assembled.Stack > assembled.SpillStores)
            broken.Add($"{assembled.Stack} bytes of local memory, {assembled.SpillStores} of them spills: an array did not become registers");
        if (assembled.LocalInLoops > 0)
            broken.Add($"{assembled.LocalInLoops} accesses to local memory inside loops ({assembled.SpillStores} bytes spilled)");
        if (assembled.Shared > AssembledKernel.SharedLimit)
            broken.Add($"{assembled.Shared} bytes of shared memory; {AssembledKernel.SharedLimit} are allowed");
        // Registers are given out in eights.
        if ((assembled.Registers + 7) / 8 * 8 * maxGroup > RegistersOfAGroup)
            broken.Add($"{assembled.Registers} registers for each of {maxGroup} threads do not fit; a launch would fail");
        return broken;
    }

    /// <summary>Likewise for OpenCL C.</summary>
    internal static IReadOnlyList<string> BrokenOpenCL(string source) =>
        DoubleOpenCL().Match(source) is { Success: true } line ? [$"double precision: {line.Value.Trim()}"] : [];

    // ILGPU declares registers of every type (".reg .f64"), used or not; only instructions count.
    [GeneratedRegex(@"^(?!\s*\.reg\b).*\.f64\b.*$", RegexOptions.Multiline)]
    private static partial Regex DoublePtx();

    [GeneratedRegex(@"^.*\bdouble\d*\b.*$", RegexOptions.Multiline)]
    private static partial Regex DoubleOpenCL();
}
