using ILGPU;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace GpuNmf.Tests.CodeGeneration;

/// <summary>The rules find what they are for.</summary>
public sealed class CodeRulesTests
{
    private const string Architecture = "sm_90";

    [Fact]
    public void Double_precision_is_found_in_PTX()
    {
        string ptx = KernelCompiler.Ptx(((Action<ArrayView<float>>)InDouble).Method, CudaArchitecture.SM_90);
        var broken = CodeRules.Broken(ptx, new AssembledKernel(8, 0, 0, 0, 0, 0), 32);
        Assert.Contains("double precision", Assert.Single(broken), StringComparison.Ordinal);
    }

    [Fact]
    public void Declared_registers_are_no_double_precision() =>
        Assert.Empty(CodeRules.Broken("\t.reg .f64 %fd<3>;\n\tadd.f32 %f1, %f2, %f3;", new AssembledKernel(8, 0, 0, 0, 0, 0), 32));

    [Fact]
    public void Double_precision_is_refused_for_OpenCL() =>
        Assert.ThrowsAny<Exception>(() => KernelCompiler.OpenCL(((Action<ArrayView<float>>)InDouble).Method));

    [Fact]
    public void Double_precision_is_found_in_OpenCL_source()
    {
        Assert.Single(CodeRules.BrokenOpenCL("float a;\ndouble b = 1.0;\n"));
        Assert.Empty(CodeRules.BrokenOpenCL("float doubled = 1.0f;\n"));
    }

    [Fact]
    public void A_local_array_is_found()
    {
        CudaTool.Need();
        string ptx = KernelCompiler.Ptx(((Action<ArrayView<float>>)WithArray).Method, CudaArchitecture.SM_90);
        var broken = CodeRules.Broken(ptx, AssembledKernel.FromPtx(ptx, Architecture), 32);
        Assert.Contains(broken, rule => rule.Contains("array", StringComparison.Ordinal));
        Assert.Contains(broken, rule => rule.Contains("inside loops", StringComparison.Ordinal));
    }

    [Fact]
    public void Shared_memory_is_counted()
    {
        CudaTool.Need();
        string ptx = KernelCompiler.Ptx(((Action<ArrayView<float>>)WithShared).Method, CudaArchitecture.SM_90);
        var assembled = AssembledKernel.FromPtx(ptx, Architecture);
        Assert.Equal(4 * 300, assembled.Shared);
        Assert.Empty(CodeRules.Broken(ptx, assembled, 32));
        Assert.Single(CodeRules.Broken(ptx, assembled with { Shared = AssembledKernel.SharedLimit + 1 }, 32));
    }

    // 255 registers become 256: 65,536 / 256 = 256 threads.
    [Theory, InlineData(255, 256, 0), InlineData(255, 257, 1), InlineData(64, 1024, 0), InlineData(65, 1024, 1)]
    public void Registers_must_suffice_for_a_group(int registers, int group, int broken) =>
        Assert.Equal(broken, CodeRules.Broken("", new AssembledKernel(registers, 0, 0, 0, 0, 0), group).Count);

    [Fact]
    public void Text_that_is_no_PTX_is_refused()
    {
        CudaTool.Need();
        var refused = Assert.Throws<InvalidOperationException>(() => AssembledKernel.FromPtx("no PTX", Architecture));
        Assert.Contains("ptxas refuses", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_is_read()
    {
        const string report = """
            ptxas info    : 0 bytes gmem
            ptxas info    : Compiling entry function 'kernel' for 'sm_90'
            ptxas info    : Function properties for kernel
                56 bytes stack frame, 48 bytes spill stores, 52 bytes spill loads
            ptxas info    : Used 255 registers, 6912 bytes smem, 592 bytes cmem[0]
            """;
        Assert.Equal(new AssembledKernel(255, 56, 48, 52, 6912, 0), AssembledKernel.FromReport(report));
        Assert.Throws<FormatException>(() => AssembledKernel.FromReport("ptxas info    : 0 bytes gmem"));
    }

    // The load at 0030 stands in the loop 0020..0040, the store at 0010 and the load at 0050 only in the
    // outer one, 0010..0060; 0080 closes the function.
    private const string Listing = """
        		Function : kernel
                /*0000*/                   MOV R1, c[0x0][0x28] ;     /* 0x00000a0000017a02 */
                /*0010*/                   STL [R1], R2 ;             /* 0x0000000201007387 */
                /*0020*/                   FFMA R3, R4, R5, R3 ;      /* 0x0000000504037223 */
                /*0030*/                   LDL R6, [R1] ;             /* 0x0000000001067983 */
                /*0040*/               @P0 BRA 0x20 ;                 /* 0xffffffc000000947 */
                /*0050*/                   LDL.64 R8, [R1] ;          /* 0x0000000001087983 */
                /*0060*/               @P1 BRA 0x10 ;                 /* 0xffffffc000000947 */
                /*0070*/                   EXIT ;                     /* 0x000000000000794d */
                /*0080*/                   BRA 0x80;                  /* 0xfffffff000007947 */
        """;

    [Fact]
    public void Only_local_memory_inside_loops_counts()
    {
        Assert.Equal(3, MachineLoops.LocalAccesses(Listing));
        Assert.Equal(1, MachineLoops.LocalAccesses(Listing.Replace("@P1 BRA 0x10", "@P1 BRA 0x80", StringComparison.Ordinal)));
    }

    [Fact]
    public void Innermost_loops_are_found_with_their_opcodes() =>
        Assert.Equal(["FFMA", "LDL", "BRA"], Assert.Single(MachineLoops.Innermost(Listing)));

    [Fact]
    public void The_longest_loop_is_measured_whole() => Assert.Equal(6, MachineLoops.Longest(Listing));

    private static void InDouble(ArrayView<float> values) => values[Grid.GlobalIndex.X] = (float)(values[Grid.GlobalIndex.X] * 1.5d);

    // The index of the second loop depends on the data, so the array cannot become registers.
    private static void WithArray(ArrayView<float> values)
    {
        var array = LocalMemory.Allocate1D<float>(8);
        for (int i = 0; i < 8; i++) array[i] = values[i];
        float sum = 0f;
        for (int i = 0; i < values.IntLength; i++) sum += array[(int)values[i] & 7] * values[i];
        values[Grid.GlobalIndex.X] = sum;
    }

    private static void WithShared(ArrayView<float> values)
    {
        var shared = SharedMemory.Allocate<float>(300);
        shared[Group.IdxX] = values[Group.IdxX];
        Group.Barrier();
        values[Group.IdxX] = shared[299 - Group.IdxX];
    }
}
