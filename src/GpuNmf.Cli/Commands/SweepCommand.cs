using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Sweeping;
using GpuNmf.Devices;

namespace GpuNmf.Cli.Commands;

/// <summary><c>gpunmf sweep</c>: from arguments to a <see cref="SweepRequest"/>.</summary>
internal sealed class SweepCommand
{
    /// <summary>The command's word.</summary>
    public const string Name = "sweep";

    private readonly FileArguments _files = new("The folder to create for the results.");
    private readonly SweepArguments _sweep = new();
    private readonly FactorisationArguments _factorisation = new();
    private readonly FramingArguments _framing = new();
    private readonly DeviceArguments _device = new();
    private readonly MemoryArguments _memory = new();

    private SweepCommand()
    {
    }

    /// <summary>The command, ready to be parsed and invoked.</summary>
    public static Command Create(CommandContext context)
    {
        var arguments = new SweepCommand();
        var command = new Command(Name, "Factorises one recording at many ranks from many starts, to find how many components it has.");
        arguments._files.AddWithoutEncodingTo(command);
        arguments._sweep.AddTo(command);
        arguments._factorisation.AddUpdatesTo(command);
        arguments._framing.AddTo(command);
        arguments._device.AddTo(command);
        arguments._memory.AddTo(command);
        command.SetAction(parsed => new SweepRun(context, arguments.Read(parsed)).Execute());
        return command;
    }

    // Values are checked before any file is touched.
    private SweepRequest Read(ParseResult parsed)
    {
        InputRequest input = _files.ReadInput(parsed);
        string folder = _files.ReadFolder(parsed);
        DeviceRequest device = _device.Read(parsed);
        var options = _sweep.Read(parsed, new SweepOptions { Stft = _framing.Read(parsed), Nmf = _factorisation.ReadUpdates(parsed) });
        ErrorMessages.Refusing(ExitCodes.Usage, options.Validate);
        var reuse = new FolderReuse(_files.ReadForce(parsed), _sweep.ReadResume(parsed));
        return new SweepRequest(input, folder, reuse, _sweep.ReadKeep(parsed), _sweep.ReadPick(parsed), device, _memory.Read(parsed), options, _files.ReadVerbosity(parsed));
    }
}
