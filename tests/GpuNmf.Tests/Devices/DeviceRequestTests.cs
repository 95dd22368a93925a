using GpuNmf.Devices;
using Xunit;

namespace GpuNmf.Tests.Devices;

public sealed class DeviceRequestTests
{
    public static TheoryData<string, DeviceKind?, int> Texts => new()
    {
        { "auto", null, 0 },
        { "cpu", DeviceKind.Cpu, 0 },
        { "cuda", DeviceKind.Cuda, 0 },
        { "cuda:3", DeviceKind.Cuda, 3 },
        { "opencl", DeviceKind.OpenCL, 0 },
        { "opencl:12", DeviceKind.OpenCL, 12 },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Known_texts_are_read(string text, DeviceKind? kind, int index)
    {
        var request = DeviceRequest.Parse(text);

        Assert.Equal((kind, index), (request.Kind, request.Index));
        Assert.Null(request.Threads);
        Assert.Equal(request, DeviceRequest.Parse(request.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("CUDA")]
    [InlineData("cpu:0")]
    [InlineData("auto:1")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1:2")]
    [InlineData("cuda:99999999999")]
    [InlineData("opencl:x")]
    public void Other_texts_are_refused_with_the_choices(string text)
    {
        var error = Assert.Throws<FormatException>(() => DeviceRequest.Parse(text));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("auto, cpu, cuda, cuda:N, opencl or opencl:N", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_is_an_error_of_the_caller() => Assert.Throws<ArgumentNullException>(() => DeviceRequest.Parse(null!));
}
