using GpuNmf.Kernels;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>
/// The loops that the update kernels spend their time in, as ptxas 12.4 makes them for sm_90: what kernels.md counts, with 2 % to spare.
/// </summary>
public sealed class InnerLoopTests(ITestOutputHelper output)
{
    /// <summary>Kernel, and instructions a thread and element; an element is a quotient, which is one reciprocal.</summary>
    [Theory]
    [InlineData("one pass, rank 1-4, Kullback-Leibler, twelve warps, Inner pass", 12.3)]
    [InlineData("one pass, rank 5-8, Kullback-Leibler, twelve warps, Inner pass", 20.9)]
    [InlineData("one pass, rank 9-12, Kullback-Leibler, twelve warps, Inner and InnerLoss pass", 29.5)]
    [InlineData("one pass, rank 5-8, Kullback-Leibler, Inner pass", 21.5)]
    [InlineData("one pass, rank 9-12, Kullback-Leibler, Inner pass", 30)]
    [InlineData("activations, rank 13-16, Kullback-Leibler", 40)]
    [InlineData("activations, rank 25-32, Kullback-Leibler", 75)]
    [InlineData("activations, rank 49-64, Kullback-Leibler, halved", 77)]
    [InlineData("templates, rank 13-16, Kullback-Leibler, First and Inner and InnerLoss pass", 40)]
    [InlineData("templates, rank 25-32, Kullback-Leibler, First and Inner and InnerLoss pass", 75)]
    [InlineData("templates, rank 49-64, Kullback-Leibler, halved, First and Inner and InnerLoss pass", 77)]
    public void Inner_loops_are_as_short_as_the_page_says(string name, double ceiling)
    {
        var loops = Contractions(Listing(name));

        Assert.NotEmpty(loops);
        foreach (string[] loop in loops)
        {
            double elements = Count(loop, "MUFU.RCP");
            output.WriteLine($"{loop.Length} instructions, {elements} elements, {Count(loop, "FFMA")} FFMA: {loop.Length / elements:F1} an element, at most {ceiling}");
            Assert.InRange(loop.Length / elements, 1, ceiling);
            Assert.DoesNotContain(loop, opcode => opcode is "LDL" or "STL" || (opcode.StartsWith("LDS", StringComparison.Ordinal) && opcode != "LDS.128"));
        }
    }

    /// <summary>Kernel, and instructions of the loop over its tiles outside of the contractions, whether every tile executes them or not.</summary>
    [Theory]
    [InlineData("one pass, rank 1-4, Kullback-Leibler, twelve warps, Inner pass", 390)]
    [InlineData("one pass, rank 5-8, Kullback-Leibler, twelve warps, Inner pass", 515)]
    [InlineData("one pass, rank 9-12, Kullback-Leibler, twelve warps, Inner and InnerLoss pass", 770)]
    public void Around_the_inner_loops_there_is_as_little_as_the_page_says(string name, int ceiling)
    {
        string listing = Listing(name);
        int around = MachineLoops.Longest(listing) - Contractions(listing).Sum(loop => loop.Length);
        output.WriteLine($"{around} instructions, at most {ceiling}");
        Assert.InRange(around, 1, ceiling);
    }

    private static string Listing(string name)
    {
        CudaTool.Need();
        var kernel = TileKernelCatalog.All.Single(k => k.Name == name);
        return AssembledKernel.Listing(KernelCompiler.Ptx(kernel.Method, CudaArchitecture.SM_90, kernel.MaxGroup), "sm_90");
    }

    // Every other loop has fewer quotients: the one pass takes at most two steps of 4 elements before its loop.
    private static List<string[]> Contractions(string listing) => [.. MachineLoops.Innermost(listing).Where(loop => Count(loop, "MUFU.RCP") >= 12)];

    private static int Count(string[] loop, string opcode) => loop.Count(o => o == opcode || o.StartsWith(opcode + ".", StringComparison.Ordinal));
}
