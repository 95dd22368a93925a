using System.Numerics;
using GpuNmf.Reference;
using Xunit;

namespace GpuNmf.Tests.Reference;

public sealed class MaskReferenceTests
{
    public static TheoryData<string> Clips => [.. Golden.Clips];

    [Theory, MemberData(nameof(Clips))]
    public void Masked_parts_are_the_goldens_and_add_up_to_the_signal(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        int rank = golden.Sources.Count;
        double[] x = golden.Signal();
        string folder = rank == 2 ? "mu" : "wiener";
        var factors = new Factors(golden.Matrix($"{folder}/b1_r{rank}_it100_W"), golden.Matrix($"{folder}/b1_r{rank}_it100_H"));

        double[][] stems = MaskReference.Stems(StftReference.Forward(x), factors, x.Length);

        double[] sum = [.. Enumerable.Range(0, x.Length).Select(n => stems.Sum(y => y[n]))];
        GoldenData.Within(1e-14, GoldenData.Error(sum, x), "sum of the parts");
        int[] assignment = golden.Assignment($"wiener_KL_r{rank}_it100");
        for (int k = 0; k < rank; k++)
        {
            string source = golden.Sources[assignment[k]];
            // The golden is stored in float32: half a unit of 2^-24 of each value.
            GoldenData.Within(1e-6, GoldenData.Error(stems[k], golden.Vector($"wiener/KL_r{rank}_{source}_f32")), source);
        }
    }

    [Theory]
    [InlineData("drums_kick_snare")]
    [InlineData("speech_trumpet_stereo")]
    public void Outer_products_with_the_mixtures_phase_are_the_notebooks(string clip)
    {
        Golden golden = GoldenData.Clip(clip);
        var factors = new Factors(golden.Matrix("notebook/nndsvda_W_transform"), golden.Matrix("notebook/nndsvda_H"));

        double[][] stems = MaskReference.MagnitudeStems(StftReference.Forward(golden.Signal()), factors);

        for (int k = 0; k < 2; k++)
            GoldenData.Within(1e-6, GoldenData.Error(stems[k], golden.Vector($"notebook/nndsvda_y{k}_f32")), $"component {k}");
    }

    [Theory]
    [InlineData(1, 0.75)]
    [InlineData(2, 0.9)]
    [InlineData(0.5, 0.6339745962155614)]
    public void The_power_sharpens_the_shares(double power, double want)
    {
        // 3 : 1, raised to the power.
        double[][,] masks = MaskReference.Masks(new Factors(new double[,] { { 3e-200, 1e-200 } }, new double[,] { { 1 }, { 1 } }), power);

        GoldenData.Within(1e-15, Math.Abs(masks[0][0, 0] - want), "larger share");
        GoldenData.Within(1e-15, Math.Abs(masks[1][0, 0] - (1 - want)), "smaller share");
    }

    [Fact]
    public void A_cell_that_nobody_claims_is_split_equally()
    {
        double[][,] masks = MaskReference.Masks(new Factors(new double[,] { { 1, 2, 3 } }, new double[3, 1]));

        Assert.All(masks, mask => Assert.Equal(1.0 / 3, mask[0, 0]));
    }

    [Fact]
    public void The_angle_of_nothing_is_zero()
    {
        var settings = new StftSettings { FftLength = 64, HopLength = 16, Window = ReferenceWindow.Rectangular };
        var factors = new Factors(new double[33, 1], new double[1, 8]);
        factors.W[4, 0] = 1;
        for (int t = 0; t < 8; t++) factors.H[0, t] = 1;
        var silence = new Complex[33, 8];
        for (int t = 0; t < 8; t++) silence[4, t] = new Complex(-0.0, 0);

        double[] y = MaskReference.MagnitudeStems(silence, factors, settings: settings)[0];

        // Bin 4 of 64 with phase 0 is 2/64 cos(2 pi 4 n / 64), and a hop of 16 is one whole period of it.
        for (int n = 0; n < y.Length; n++) GoldenData.Within(1e-15, Math.Abs(y[n] - Math.Cos(2 * Math.PI * n / 16) / 32), $"sample {n}");
    }
}
