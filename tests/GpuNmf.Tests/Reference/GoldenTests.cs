using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class GoldenTests
{
    public static TheoryData<string> Clips => [.. Golden.Clips];

    [Theory, MemberData(nameof(Clips))]
    public void The_signal_is_the_one_that_the_goldens_were_made_from(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        double[] x = golden.Signal();

        Assert.Equal(golden.Samples, x.Length);
        Assert.Equal(Golden.Numbers(golden.Meta.GetProperty("x_first8")), x[..8]);
        double energy = golden.Meta.GetProperty("x_sumsq").GetDouble();
        GoldenData.Within(1e-13, Math.Abs(x.Sum(v => v * v) - energy) / energy, "sum of squares");
    }

    [Theory, MemberData(nameof(Clips))]
    public void The_references_add_up_to_the_signal(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        double[][] references = golden.References();
        double[] sum = [.. Enumerable.Range(0, golden.Samples).Select(n => references.Sum(r => r[n]))];

        Assert.Equal(golden.Sources.Count, references.Length);
        GoldenData.Within(1e-14, GoldenData.Error(sum, golden.Signal()), "sum of the references");
    }

    [Fact]
    public void Names_of_files_follow_beta_and_rank()
    {
        Assert.Equal("b1p5_r16", Golden.Key(1.5, 16));
        Assert.Equal("b0_r2", Golden.Key(0, 2));
    }
}
