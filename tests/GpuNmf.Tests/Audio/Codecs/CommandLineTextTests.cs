using GpuNmf.Audio.Codecs;
using Xunit;

namespace GpuNmf.Tests.Audio.Codecs;

public sealed class CommandLineTextTests
{
    [Theory]
    [InlineData("plain name", "plain name")]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\b")]
    [InlineData("a\\\"b", "a\\\\\\\"b")]
    [InlineData("end\\", "end\\\\")]
    [InlineData("", "")]
    public void Quotation_marks_and_the_backslashes_before_them_are_escaped(string text, string escaped) => Assert.Equal(escaped, CommandLineText.WithinQuotes(text));

    [Fact]
    public void A_file_is_named_absolutely_and_with_its_protocol() =>
        Assert.Equal("file:" + Path.Combine(Environment.CurrentDirectory, "-i"), CommandLineText.FileUrl("-i"));
}
