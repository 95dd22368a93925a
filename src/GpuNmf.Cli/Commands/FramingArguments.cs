using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Stft;

namespace GpuNmf.Cli.Commands;

/// <summary>How the recording is cut into frames.</summary>
internal sealed class FramingArguments
{
    private readonly Option<string> _fftLength = OptionText.Valued("--n-fft", "SAMPLES",
        "Transform length, a power of two in 64..32768; 2048 is 46 ms at 44.1 kHz.", "2048");
    private readonly Option<string> _hopLength = OptionText.Valued("--hop-length", "SAMPLES",
        "Distance between frames, 1..n-fft; a quarter of the window when not given.");
    private readonly Option<string> _windowLength = OptionText.Valued("--win-length", "SAMPLES",
        "Length of the window, 1..n-fft; n-fft when not given.");
    private readonly Option<string> _window = OptionText.Valued("--window", "NAME",
        "hann, hamming, blackman or rectangular.", "hann");
    private readonly Option<string> _center = OptionText.Valued("--center", "BOOL",
        "true: frame t is centred on sample t x hop; false: it starts there, which is refused where it leaves an end uncovered.", "true");
    private readonly Option<bool> _noCenter = OptionText.Flag("--no-center", "The same as --center false.");
    private readonly Option<string> _padMode = OptionText.Valued("--pad-mode", "MODE",
        "What stands outside the recording when centred: constant (zeros) or reflect.", "constant");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_fftLength, _hopLength, _windowLength, _window, _center, _noCenter, _padMode]) command.Add(option);
    }

    /// <exception cref="CliException">A value is no number, none of the choices, or two contradict each other.</exception>
    public StftOptions Read(ParseResult parsed)
    {
        bool center = parsed.Choice(_center, Words.Truth);
        if (parsed.GetValue(_noCenter) && center && parsed.IsGiven(_center))
            throw new CliException(ExitCodes.Usage, "--center true and --no-center contradict each other; leave one of them out");
        return new StftOptions
        {
            FftLength = parsed.WholeNumber(_fftLength, "a power of two in 64..32768, such as 1024, 2048 or 4096"),
            HopLength = parsed.OptionalWholeNumber(_hopLength, "a whole number of samples in 1..n-fft"),
            WindowLength = parsed.OptionalWholeNumber(_windowLength, "a whole number of samples in 1..n-fft"),
            Window = parsed.Choice(_window, Words.Windows),
            Center = center && !parsed.GetValue(_noCenter),
            Padding = parsed.Choice(_padMode, Words.Padding),
        };
    }
}
