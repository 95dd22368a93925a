using System.Globalization;

namespace GpuNmf.Devices;

/// <summary>SIMD width of the CPU accelerator's kernels. It belongs to the kind of device: results of different widths differ in rounding.</summary>
public enum SimdWidth
{
    /// <summary>The widest that the processor runs in hardware.</summary>
    Auto = 0,

    /// <summary>128 bits, 4 floats.</summary>
    Bits128 = 128,

    /// <summary>256 bits, 8 floats.</summary>
    Bits256 = 256,

    /// <summary>512 bits, 16 floats.</summary>
    Bits512 = 512,
}

/// <summary>Which device is wanted.</summary>
public sealed record DeviceRequest
{
    /// <summary>The first CUDA device if there is one, else the first OpenCL device that is a GPU, else the CPU.</summary>
    public static DeviceRequest Auto { get; } = new();

    /// <summary>The CPU accelerator.</summary>
    public static DeviceRequest Cpu { get; } = new() { Kind = DeviceKind.Cpu };

    /// <summary>Null chooses: CUDA, then an OpenCL GPU, then the CPU.</summary>
    public DeviceKind? Kind { get; init; }

    /// <summary>0-based among the usable devices of the kind; ignored where <see cref="Kind"/> is null or the CPU.</summary>
    public int Index { get; init; }

    /// <summary>Threads of the CPU accelerator, 1..1024; null takes every core. The result does not depend on it. On Linux, as
    /// many threads as processors keep to a processor each; fewer are placed by the system.</summary>
    public int? Threads { get; init; }

    /// <summary>SIMD width of the CPU accelerator.</summary>
    public SimdWidth Simd { get; init; }

    /// <summary>Reads <c>auto</c>, <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, <c>opencl</c>, <c>opencl:0</c>.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static DeviceRequest Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':');
        int index = 0;
        bool numbered = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index);
        return (parts[0], parts.Length, numbered) switch
        {
            ("auto", 1, _) => Auto,
            ("cpu", 1, _) => Cpu,
            ("cuda", 1, _) or ("cuda", 2, true) => new DeviceRequest { Kind = DeviceKind.Cuda, Index = index },
            ("opencl", 1, _) or ("opencl", 2, true) => new DeviceRequest { Kind = DeviceKind.OpenCL, Index = index },
            _ => throw new FormatException($"'{text}' is no device; use auto, cpu, cuda, cuda:N, opencl or opencl:N."),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        null => "auto",
        DeviceKind.Cpu => "cpu",
        DeviceKind.Cuda => $"cuda:{Index}",
        _ => $"opencl:{Index}",
    };
}
