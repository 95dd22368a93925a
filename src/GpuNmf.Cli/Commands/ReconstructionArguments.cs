using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Masking;

namespace GpuNmf.Cli.Commands;

/// <summary>How components become audible.</summary>
internal sealed class ReconstructionArguments
{
    private readonly Option<string> _reconstruct = OptionText.Valued("--reconstruct", "HOW",
        "mask (the parts add up to the recording) or magnitude (each part's own magnitude with the recording's phase).", "mask");
    private readonly Option<string> _maskPower = OptionText.Valued("--mask-power", "A",
        "Power of the mask, above 0 and at most 16: 1 is soft, 2 Wiener-like.", "1");
    private readonly Option<string> _channels = OptionText.Valued("--channels", "MODE",
        "joint (one mask for all), stack (shared templates, a mask a channel) or mono (the mean is factorised).", "joint");

    public void AddTo(Command command)
    {
        command.Add(_reconstruct);
        command.Add(_maskPower);
        command.Add(_channels);
    }

    /// <exception cref="CliException">A value is no number or none of the choices, or two contradict each other.</exception>
    public ReconstructionOptions Read(ParseResult parsed)
    {
        var options = new ReconstructionOptions
        {
            Reconstruction = parsed.Choice(_reconstruct, Words.Reconstructions),
            MaskPower = parsed.Number(_maskPower, "a number above 0 and at most 16"),
            Channels = parsed.Choice(_channels, Words.Channels),
        };
        if (options.Reconstruction == Reconstruction.Magnitude && parsed.IsGiven(_maskPower))
            throw new CliException(ExitCodes.Usage, $"{_maskPower.Name} is for masks and {_reconstruct.Name} is magnitude; leave one of them out");
        return options;
    }
}
