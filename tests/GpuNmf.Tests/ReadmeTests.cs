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
