using GpuNmf.Devices;
using ILGPU.Runtime.CPU;
using Xunit;

namespace GpuNmf.Tests.Devices;

public sealed class DeviceCatalogTests
{
    [Fact]
    public void The_processor_is_the_last_entry_and_can_be_used()
    {
        var devices = DeviceCatalog.List();

        Assert.Equal((DeviceKind.Cpu, 0, "cpu", true), (devices[^1].Kind, devices[^1].Index, devices[^1].Id, devices[^1].IsUsable));
        Assert.True(devices[^1].Name.Length > 0 && devices[^1].Cores >= 1 && devices[^1].MemoryBytes > 0, $"{devices[^1]}");
        Assert.Single(devices, d => d.Kind == DeviceKind.Cpu);
    }

    [Fact]
    public void Every_kind_is_listed_and_what_is_rejected_says_why()
    {
        var devices = DeviceCatalog.List();

        foreach (var kind in Enum.GetValues<DeviceKind>()) Assert.Contains(devices, d => d.Kind == kind);
        Assert.All(devices, d => Assert.True(d.IsUsable ? d.Index >= 0 : d.Index == -1 && d.RejectedBecause!.Length > 20, $"{d}"));
    }

    [Theory]
    [InlineData("cuda:99")]
    [InlineData("opencl:99")]
    public void An_absent_device_is_refused_with_the_list_of_those_there_are(string text)
    {
        var error = Assert.Throws<DeviceUnavailableException>(() => new SourceSeparator(DeviceRequest.Parse(text)));

        Assert.Contains($"Device {text} is not available", error.Message, StringComparison.Ordinal);
        foreach (var device in DeviceCatalog.List())
            Assert.Contains(device.IsUsable ? $"{device.Id} ({device.Name})" : device.RejectedBecause!, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_is_too_small_for_the_kernels_is_rejected()
    {
        Assert.Null(TileNeeds.WhyTooSmall(new CPUDevice(32, 4, 1)));
        Assert.Equal("it takes groups of 64 threads and the kernels need 128", TileNeeds.WhyTooSmall(new CPUDevice(16, 4, 1)));
        Assert.Null(TileNeeds.WhyTooSmall(128, 32768));
        Assert.Equal("it takes groups of 127 threads and the kernels need 128", TileNeeds.WhyTooSmall(127, 1 << 20));
        Assert.Equal("it has 32767 bytes of shared memory a group and the kernels need 32768", TileNeeds.WhyTooSmall(1024, 32767));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1025)]
    public void Threads_outside_1_to_1024_are_refused(int threads)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new SourceSeparator(DeviceRequest.Cpu with { Threads = threads }));

        Assert.Equal(threads, error.ActualValue);
        Assert.Contains($"Threads is {threads}; it must lie in 1..1024.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_processor_runs_as_many_threads_as_asked(int threads)
    {
        using var separator = new SourceSeparator(DeviceRequest.Cpu with { Threads = threads });

        Assert.Equal((DeviceKind.Cpu, threads), (separator.Device.Kind, separator.Device.Cores));
    }

    [Theory]
    [InlineData(SimdWidth.Bits128, "cpu-128")]
    [InlineData(SimdWidth.Bits256, "cpu-256")]
    [InlineData(SimdWidth.Bits512, "cpu-512")]
    public void The_kind_names_the_width(SimdWidth width, string kind)
    {
        using var session = DeviceSession.Open(DeviceRequest.Cpu with { Simd = width, Threads = 1 });

        Assert.Equal(kind, session.Kind);
        Assert.Equal(KernelForm.Strip, session.Form);
    }
}
