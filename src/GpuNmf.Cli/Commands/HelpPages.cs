using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace GpuNmf.Cli.Commands;

/// <summary>The parser's help, followed by what it has no place for: examples, files and exit codes.</summary>
internal sealed class HelpPages(HelpAction options) : SynchronousCommandLineAction
{
    private const string Separate = $"""
        Examples:
          gpunmf separate song.wav --rank 8 --out parts
          gpunmf separate song.wav --init-templates piano.npy --loss is --solver mu --exponent fast --out notes
          gpunmf separate song.wav --rank 16 --sources 2 --out sources
          gpunmf separate drums.wav --rank 16 --example kick.wav --example snare.wav --out kit
          gpunmf separate long.wav --start 60 --duration 30 --device cpu --threads 4 --out try --force

        Files in FOLDER:
          component-01.wav ...  the parts, largest W_k H_k first; with --reconstruct mask they add up to the recording
          source-1.wav ...      with --sources or --example instead of these, sums of them; --keep-components writes both
          templates.npy         spectra, bins x components, float32
          activations.npy       envelopes, components x frames, float32
          result.json           input, parameters, device, loss, stems, warnings; the same bytes for the same run
          timings.json          seconds by stage, peak memory
        Work happens in FOLDER.partial, which is renamed when everything is complete.

        """;

    private const string Devices = """
        Examples:
          gpunmf devices
          gpunmf devices --json

        """;

    private const string All = """
        Example:
          gpunmf separate song.wav --rank 8 --out parts

        """;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        options.Invoke(parseResult);
        output.WriteLine(parseResult.CommandResult.Command.Name switch
        {
            SeparateCommand.Name => Separate,
            DevicesCommand.Name => Devices,
            _ => All,
        });
        output.WriteLine(ExitCodes.Help);
        return ExitCodes.Ok;
    }
}
