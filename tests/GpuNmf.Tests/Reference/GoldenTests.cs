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
    public void Measured_differences_are_found_by_their_names()
    {
        double measured = GoldenData.Clip("drums_kick_snare").Measured("mu", "b1_r5_it10", "f32", "WH_fro");

        // The README's row for ten iterations in float32.
        Assert.InRange(measured, 1e-9, 6e-6);
    }

    [Fact]
    public void Only_16_bit_pcm_is_read_as_such()
    {
        string path = Path.Combine(GoldenData.Folder(), "data", "audio", "jstrait+wavefile", "test", "fixtures", "wave", "valid", "stereo_float_32_44100.wav");

        Assert.Contains("16-bit", Assert.Throws<InvalidDataException>(() => Pcm16Wav.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_files_follow_beta_and_rank()
    {
        Assert.Equal("b1p5_r16", Golden.Key(1.5, 16));
        Assert.Equal("b0_r2", Golden.Key(0, 2));
    }
}
