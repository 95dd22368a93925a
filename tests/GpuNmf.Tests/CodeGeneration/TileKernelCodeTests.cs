using System.Text.RegularExpressions;
using GpuNmf.Kernels;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>
/// Every tile kernel compiled for GPUs that need not be there: to PTX and on by ptxas to machine code, and to OpenCL C. A machine without
/// ptxas skips the former, unless GPUNMF_REQUIRE names <c>ptxas</c>.
/// </summary>
public sealed partial class TileKernelCodeTests(KernelTable table, ITestOutputHelper output) : IClassFixture<KernelTable>
{
    private static readonly Dictionary<string, CudaArchitecture> s_architectures = new()
    {
        ["sm_70"] = CudaArchitecture.SM_70,
        ["sm_80"] = CudaArchitecture.SM_80,
        ["sm_86"] = CudaArchitecture.SM_86,
        ["sm_89"] = CudaArchitecture.SM_89,
        ["sm_90"] = CudaArchitecture.SM_90,
    };

    private static readonly TileKernel[] s_kernels = [.. TileKernelCatalog.All];

    /// <summary>
    /// Quick: everyday kernels for sm_90, and those of rank 16 (all, where none has a rank) for three older architectures. Full: the rest.
    /// </summary>
    public static IEnumerable<TheoryDataRow<string, string>> MachineCode()
    {
        bool ranked = Array.Exists(s_kernels, kernel => Rank16().IsMatch(kernel.Name));
        return
            from kernel in s_kernels
            from architecture in s_architectures.Keys
            where architecture != "sm_70" || kernel.Backends != TileBackends.CudaFrom80
            let sample = architecture is "sm_70" or "sm_80" or "sm_89" && (!ranked || Rank16().IsMatch(kernel.Name))
            let row = new TheoryDataRow<string, string>(kernel.Name, architecture)
            select kernel.Everyday && (architecture == "sm_90" || sample) ? row : row.WithTrait("Suite", "Full");
    }

    public static IEnumerable<TheoryDataRow<string>> Sources() =>
        from kernel in s_kernels
        where kernel.Backends == TileBackends.All
        let row = new TheoryDataRow<string>(kernel.Name)
        select kernel.Everyday ? row : row.WithTrait("Suite", "Full");

    [Fact]
    public void Names_are_unique() => Assert.Equal(s_kernels.Length, s_kernels.Select(k => k.Name).Distinct().Count());

    [Theory, MemberData(nameof(MachineCode))]
    public void Machine_code_keeps_the_rules(string name, string architecture)
    {
        CudaTool.Need();
        var kernel = Named(name);
        string ptx = KernelCompiler.Ptx(kernel.Method, s_architectures[architecture], kernel.MaxGroup);
        var assembled = AssembledKernel.FromPtx(ptx, architecture);
        output.WriteLine(KernelTable.Header);
        output.WriteLine(table.Add(name, architecture, assembled));
        var broken = CodeRules.Broken(ptx, assembled, kernel.MaxGroup);
        Assert.True(broken.Count == 0, $"{name} for {architecture}: {string.Join("; ", broken)}.");
    }

    [Theory, MemberData(nameof(Sources))]
    public void OpenCL_source_keeps_the_rules(string name)
    {
        var kernel = Named(name);
        string source = KernelCompiler.OpenCL(kernel.Method);
        Assert.Contains("kernel void", source, StringComparison.Ordinal);
        var broken = CodeRules.BrokenOpenCL(source);
        Assert.True(broken.Count == 0, $"{name}: {string.Join("; ", broken)}.");
    }

    private static TileKernel Named(string name) => Array.Find(s_kernels, kernel => kernel.Name == name)!;

    [GeneratedRegex(@"(?<!\d)16(?!\d)")]
    private static partial Regex Rank16();
}
