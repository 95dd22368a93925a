using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary><c>gpunmf learn</c>: from arguments to a <see cref="LearnRequest"/>.</summary>
internal sealed class LearnCommand
{
    /// <summary>The command's word.</summary>
    public const string Name = "learn";

    private readonly FileArguments _files = new("The file to write, such as kick.npz.", "FILE.npz");
    private readonly FactorisationArguments _factorisation = new();
    private readonly FramingArguments _framing = new();
    private readonly DeviceArguments _device = new();
    private readonly MemoryArguments _memory = new();

    private LearnCommand()
    {
    }

    /// <summary>The command, ready to be parsed and invoked.</summary>
    public static Command Create(CommandContext context)
    {
        var arguments = new LearnCommand();
        var command = new Command(Name, "Learns the templates of one recording, for 'separate --dictionary'.");
        arguments._files.AddWithoutEncodingTo(command);
        // Templates of a dictionary always sum to 1.
        arguments._factorisation.AddWithoutScaleTo(command);
        arguments._framing.AddTo(command);
        arguments._device.AddTo(command);
        arguments._memory.AddTo(command);
        command.SetAction(parsed => new LearnRun(context, arguments.Read(parsed, context.Cancellation)).Execute());
        return command;
    }

    // Values are checked before any file is touched, and files of a start before the recording.
    private LearnRequest Read(ParseResult parsed, CancellationToken cancellation)
    {
        InputRequest input = _files.ReadInput(parsed);
        string path = _files.ReadFolder(parsed);
        DeviceRequest device = _device.Read(parsed);
        var options = new SeparationOptions { Stft = _framing.Read(parsed), Nmf = _factorisation.Read(parsed) };
        ErrorMessages.Refusing(ExitCodes.Usage, options.Validate);
        StartFiles start = Interruptible.Run(() => _factorisation.ReadStart(parsed), TimeSpan.Zero, cancellation);
        options = options with { Nmf = _factorisation.WithStart(parsed, options.Nmf, start) };
        ErrorMessages.Refusing(ExitCodes.Usage, options.Validate);
        return new LearnRequest(input, path, _files.ReadForce(parsed), device, _memory.Read(parsed), options, _files.ReadVerbosity(parsed));
    }
}

/// <summary>A command line of <c>learn</c>, understood and checked as far as it can be without the recording.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Path">The file to write, as the user wrote it.</param>
/// <param name="Force">Replace a file of that name.</param>
/// <param name="Device">Where the work is done.</param>
/// <param name="Memory">How much memory is taken.</param>
/// <param name="Options">What is computed.</param>
/// <param name="Verbosity">How much is said.</param>
internal sealed record LearnRequest(InputRequest Input, string Path, bool Force, DeviceRequest Device, MemoryOptions Memory, SeparationOptions Options, Verbosity Verbosity)
{
    /// <summary>True when progress and warnings are printed.</summary>
    public bool IsTalkative => Verbosity is Verbosity.Normal or Verbosity.Json;

    /// <summary>True when the result is printed as JSON.</summary>
    public bool PrintsJson => Verbosity is Verbosity.Json or Verbosity.QuietJson;
}
