using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary>A command line of <c>separate</c>, understood and checked as far as it can be without the recording.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Output">What is written.</param>
/// <param name="Device">Where the work is done.</param>
/// <param name="Options">What is computed.</param>
/// <param name="Start">The files behind the start in <paramref name="Options"/>.</param>
/// <param name="Verbosity">How much is said.</param>
internal sealed record SeparateRequest(
    InputRequest Input, OutputRequest Output, DeviceRequest Device, SeparationOptions Options, StartFiles Start, Verbosity Verbosity)
{
    /// <summary>True when progress and warnings are printed.</summary>
    public bool IsTalkative => Verbosity is Verbosity.Normal or Verbosity.Json;

    /// <summary>True when the result is printed as JSON.</summary>
    public bool PrintsJson => Verbosity is Verbosity.Json or Verbosity.QuietJson;
}
