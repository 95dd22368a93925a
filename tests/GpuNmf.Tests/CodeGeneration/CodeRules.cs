using System.Text.RegularExpressions;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>What generated code must not contain.</summary>
internal static partial class CodeRules
{
    /// <summary>One sentence for every rule that a kernel breaks.</summary>
    internal static IReadOnlyList<string> Broken(string ptx, AssembledKernel assembled)
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
        return broken;
    }

    /// <summary>As <see cref="Broken"/>, for OpenCL C.</summary>
    internal static IReadOnlyList<string> BrokenOpenCL(string source) =>
        DoubleOpenCL().Match(source) is { Success: true } line ? [$"double precision: {line.Value.Trim()}"] : [];

    // ILGPU declares registers of every type (".reg .f64"), used or not; only instructions count.
    [GeneratedRegex(@"^(?!\s*\.reg\b).*\.f64\b.*$", RegexOptions.Multiline)]
    private static partial Regex DoublePtx();

    [GeneratedRegex(@"^.*\bdouble\d*\b.*$", RegexOptions.Multiline)]
    private static partial Regex DoubleOpenCL();
}
