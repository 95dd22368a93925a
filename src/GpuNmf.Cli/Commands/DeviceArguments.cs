using System.CommandLine;
using System.Globalization;
using GpuNmf.Cli.Errors;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary>Where the work is done.</summary>
internal sealed class DeviceArguments
{
    private readonly Option<string> _device = OptionText.Valued("--device", "DEVICE",
        "auto, cpu, cuda, cuda:N, opencl or opencl:N; auto takes CUDA, then an OpenCL GPU, then the CPU. 'gpunmf devices' lists them.", "auto");
    private readonly Option<string> _threads = OptionText.Valued("--threads", "N",
        "Threads of the cpu device, 1..1024; all cores when not given, and then, on Linux, each thread keeps to a core of its own.");
    private readonly Option<string> _simd = OptionText.Valued("--simd", "BITS",
        "SIMD width of the cpu device in bits: auto, 128, 256 or 512. Results of different widths differ in rounding.", "auto");

    public void AddTo(Command command)
    {
        command.Add(_device);
        command.Add(_threads);
        command.Add(_simd);
    }

    /// <exception cref="CliException">A value is wrong, or two contradict each other.</exception>
    public DeviceRequest Read(ParseResult parsed)
    {
        DeviceRequest request = ReadDevice(parsed.TextOf(_device));
        SimdWidth simd = parsed.Choice(_simd, Words.Simd);
        const string rule = "a whole number in 1..1024";
        int? threads = parsed.OptionalWholeNumber(_threads, rule);
        if (threads is < 1 or > 1024) throw OptionText.Wrong(_threads, threads.Value.ToString(CultureInfo.InvariantCulture), rule);
        foreach (Option<string> option in (Option<string>[])[_threads, _simd])
            if (request.Kind is DeviceKind.Cuda or DeviceKind.OpenCL && parsed.IsGiven(option))
                throw new CliException(ExitCodes.Usage, $"{option.Name} is for the cpu device and --device is {request}; leave one of them out");
        return request with { Threads = threads, Simd = simd };
    }

    private DeviceRequest ReadDevice(string text)
    {
        try
        {
            return DeviceRequest.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new CliException(ExitCodes.Usage, $"{_device.Name}: {exception.Message}", exception);
        }
    }
}
