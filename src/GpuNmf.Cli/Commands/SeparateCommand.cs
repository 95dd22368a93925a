using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Inputs;
using GpuNmf.Cli.Separating;
using GpuNmf.Devices;
using GpuNmf.Grouping;

namespace GpuNmf.Cli.Commands;

/// <summary><c>gpunmf separate</c>: from arguments to a <see cref="SeparateRequest"/>.</summary>
internal sealed class SeparateCommand
{
    /// <summary>The command's word.</summary>
    public const string Name = "separate";

    private readonly FileArguments _files = new(
        "The folder to create for the parts. With several recordings FOLDER/{name} for each, or a pattern of your own: {name}, {parent} (folder's name), {ext}, {index}.", severalInputs: true);
    private readonly StemArguments _stems = new();
    private readonly FactorisationArguments _factorisation = new();
    private readonly FramingArguments _framing = new();
    private readonly ReconstructionArguments _reconstruction = new();
    private readonly GroupingArguments _grouping = new();
    private readonly DictionaryArguments _dictionaries = new();
    private readonly DeviceArguments _device = new();
    private readonly MemoryArguments _memory = new();
    private readonly WorkArguments _work = new();

    private SeparateCommand()
    {
    }

    /// <summary>The command, ready to be parsed and invoked.</summary>
    public static Command Create(CommandContext context)
    {
        var arguments = new SeparateCommand();
        var command = new Command(Name, "Separates recordings into their parts, one sound file a component, or a source.");
        arguments._files.AddTo(command);
        arguments._factorisation.AddTo(command);
        arguments._framing.AddTo(command);
        arguments._reconstruction.AddTo(command);
        arguments._grouping.AddTo(command);
        arguments._dictionaries.AddTo(command);
        arguments._stems.AddTo(command);
        arguments._device.AddTo(command);
        arguments._memory.AddTo(command);
        arguments._work.AddTo(command);
        command.SetAction(parsed => arguments.Execute(context, parsed));
        return command;
    }

    private int Execute(CommandContext context, ParseResult parsed)
    {
        SeparateRequest request = Read(parsed, context.Cancellation);
        InputList inputs = Interruptible.Run(() => InputList.Find(_files.ReadInputs(parsed)), TimeSpan.Zero, context.Cancellation);
        if (request.Work.Plans) return new PlanRun(context, request, inputs.Paths).Execute();
        IReadOnlyList<string> folders = new OutPattern(request.Output.Folder, inputs.AreSeveral).FoldersOf(inputs.Paths);
        SeparateRequest[] requests = [.. inputs.Paths.Zip(folders, request.For)];
        return inputs.AreSeveral ? new BatchRun(context, requests).Execute() : new SeparationRun(context, requests[0]).Execute();
    }

    // Values are checked before any file is touched, and files of a start before the recording.
    private SeparateRequest Read(ParseResult parsed, CancellationToken cancellation)
    {
        InputRequest input = _files.ReadInput(parsed);
        OutputRequest output = _files.ReadOutput(parsed, isWritten: !_work.Plans(parsed));
        DictionaryFiles? dictionaries = Interruptible.Run(() => _dictionaries.Read(parsed, _factorisation.Rank, _grouping.Given(parsed)), TimeSpan.Zero, cancellation);
        GroupingRequest? grouping = dictionaries is null ? _grouping.Read(parsed) : dictionaries.Grouping(_grouping.KeepsComponents(parsed));
        DeviceRequest device = _device.Read(parsed);
        var options = new SeparationOptions
        {
            Stft = _framing.Read(parsed),
            Nmf = _factorisation.Read(parsed) with { NormalizeTemplates = _factorisation.ReadNormalize(parsed) },
            Reconstruction = _reconstruction.Read(parsed),
        };
        ErrorMessages.Refusing(ExitCodes.Usage, options.Validate);
        // A pipe that nobody writes to is never open.
        StartFiles start = Interruptible.Run(() => _factorisation.ReadStart(parsed), TimeSpan.Zero, cancellation);
        // Examples are opened with the recording; until then their number is all that is known of them.
        GroupingMethod method = grouping?.Method is GroupingMethod.Envelope ? GroupingMethod.Envelope : GroupingMethod.Mfcc;
        options = options with
        {
            Nmf = _factorisation.WithStart(parsed, options.Nmf, start),
            Grouping = grouping is null ? null : new GroupingOptions { Sources = grouping.Sources, Method = method },
        };
        if (dictionaries is not null) options = dictionaries.In(options);
        grouping?.RequireComponents(options.Nmf.Rank);
        ErrorMessages.Refusing(ExitCodes.Usage, options.Validate);
        StemChoice? stems = _stems.Read(parsed, grouping, options.Nmf.Rank);
        return new SeparateRequest(input, output, device, options, start, grouping, dictionaries, stems, _memory.Read(parsed), _work.Read(parsed), _files.ReadVerbosity(parsed));
    }
}
