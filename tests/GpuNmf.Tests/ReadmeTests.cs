using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Nmf;
using Xunit;

namespace GpuNmf.Tests;

/// <summary>The library example of README.md is compiled as <see cref="ReadmeExample"/> and runs.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void The_example_is_the_one_that_is_compiled()
    {
        var blocks = Repository.FencedBlocks(File.ReadAllText(Repository.File("README.md")), "csharp");

        Assert.Equal(Marked(File.ReadAllText(Repository.File("tests/GpuNmf.Tests/ReadmeExample.cs"))), Assert.Single(blocks));
    }

    [Fact]
    public void The_example_separates_the_sample()
    {
        using var folder = new TempFolder();
        using var output = new StringWriter();

        var result = ReadmeExample.Run(Repository.File("samples/drums.wav"), folder.Path, output);

        Assert.Equal(3, result.Templates.GetLength(1));
        Assert.True(result.LossTrace[^1].Loss < result.LossTrace[0].Loss, "the loss did not fall");
        Assert.Equal(3, Directory.GetFiles(folder.Path, "component-*.wav").Length);
        Assert.Contains("component-03.wav: peak ", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The formula of the section Memory, with its letters, is what is allocated for a model.</summary>
    [Theory]
    [InlineData(true, 2584, 8, 256)]
    [InlineData(true, 310_000, 100, 256)]
    [InlineData(false, 310_000, 8, 1024)]
    [InlineData(false, 51_680, 88, 1024)]
    public void Memory_is_as_stated(bool onCpu, int rows, int rank, int mostPartialSums)
    {
        const int bins = 1025, p = 1056;
        var form = onCpu ? KernelForm.Strip : KernelForm.Tile;
        string page = File.ReadAllText(Repository.File("README.md"));
        Assert.Contains("4 bytes x [ R P  +  B (e (2 K P + R K')  +  S s) ]", page, StringComparison.Ordinal);
        Assert.Contains("at most 256 on the CPU and 1024 on GPUs", page, StringComparison.Ordinal);
        var geometry = NmfGeometry.Of(bins, rows, rank, form);
        Assert.Equal(p, geometry.Pitch);
        Assert.InRange(geometry.Slices, 1, mostPartialSums);
        double rounded = onCpu ? 16 * ((rank + 15) / 16) : geometry.RankPitch, k = onCpu ? rank : rounded;
        Assert.Equal(rounded, geometry.RankPitch);
        foreach (double beta in (double[])[0.5, 1, 2])
            foreach (bool extrapolated in (bool[])[true, false])
            {
                double e = extrapolated ? 2 : 1, s = beta switch { 1 => k * p, 2 => k * p + rounded * rounded, _ => 2 * k * p };
                double stated = 4 * (e * (2 * k * p + rows * rounded) + geometry.Slices * s);
                Assert.InRange(NmfWorkspace.BytesOfAModel(geometry, beta, extrapolated) / stated, 0.99, 1.01);
            }
    }

    /// <summary>The lines between the markers, without their indentation, the parts an empty line apart.</summary>
    private static string Marked(string source)
    {
        var parts = source.ReplaceLineEndings("\n").Split("// <readme>\n").Skip(1).Select(part => part[..part.IndexOf("// </readme>", StringComparison.Ordinal)]);
        return string.Join("\n\n", parts.Select(Unindented));
    }

    private static string Unindented(string part)
    {
        string[] lines = part.TrimEnd().Split('\n');
        int indent = lines[0].Length - lines[0].TrimStart().Length;
        return string.Join("\n", lines.Select(line => line.Length == 0 ? line : line[indent..]));
    }
}
