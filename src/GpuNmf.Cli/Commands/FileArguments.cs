using System.CommandLine;
using GpuNmf.Audio;
using GpuNmf.Audio.Codecs;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Files in, files out, and what is printed.</summary>
/// <param name="outDescription">What <c>--out</c> is for.</param>
/// <param name="outName">What it names.</param>
/// <param name="severalInputs">True where more than one recording may be named.</param>
internal sealed class FileArguments(string outDescription, string outName = "FOLDER", bool severalInputs = false)
{
    private const string Recording = "The recording: a WAV file, or with ffmpeg on the PATH anything that it decodes (FLAC, MP3, Ogg, M4A, the sound of a video)";

    private readonly Argument<string>? _input = severalInputs ? null : new("INPUT") { Description = Recording + "." };
    private readonly Argument<string[]>? _inputs = severalInputs
        ? new("INPUT") { Description = Recording + "; or several, folders of them, or patterns such as 'takes/**/*.wav'.", Arity = ArgumentArity.OneOrMore }
        : null;
    private readonly Option<string> _out = OptionText.Valued("--out", outName, outDescription);
    private readonly Option<bool> _force = OptionText.Flag("--force", outName == "FOLDER" ? "Replace FOLDER if gpunmf wrote it; the old one stays until the new one is complete." : $"Replace {outName}; the old one stays until the new one is complete.");
    private readonly Option<bool> _skipExisting = OptionText.Flag("--skip-existing", "Leave a FOLDER that is complete as it is, whatever the options are, and count its recording as done.");
    private readonly Option<string> _format = OptionText.Valued("--format", "KIND", "Files of the parts: wav, or flac (needs ffmpeg).", "wav");
    private readonly Option<string> _encoding = OptionText.Valued("--encoding", "FORMAT",
        "Samples of the written files: float32, pcm16 or pcm24; with --format flac pcm24 unless it is given.", "float32");
    private readonly Option<string> _start = OptionText.Valued("--start", "SECONDS", "Where to begin in the recording.", "0");
    private readonly Option<string> _duration = OptionText.Valued("--duration", "SECONDS", "How much to read, above 0; to the end when not given.");
    private readonly Option<bool> _json = OptionText.Flag("--json", "Print one JSON document on stdout instead of the summary.");
    private readonly Option<bool> _quiet = OptionText.Flag("--quiet", "Print errors only.");

    public void AddTo(Command command)
    {
        command.Add((Argument?)_input ?? _inputs!);
        // A plan of several recordings or one writes nothing; whoever writes asks for it.
        _out.Required = !severalInputs;
        foreach (Option option in (Option[])[_out, _force, _skipExisting, _format, _encoding, _start, _duration, _json, _quiet]) command.Add(option);
    }

    /// <summary>As <see cref="AddTo"/>, for a command that writes no sound.</summary>
    public void AddWithoutEncodingTo(Command command)
    {
        AddTo(command);
        command.Options.Remove(_format);
        command.Options.Remove(_encoding);
        command.Options.Remove(_skipExisting);
    }

    /// <exception cref="CliException">A time is no number or out of range.</exception>
    public InputRequest ReadInput(ParseResult parsed)
    {
        double start = parsed.Number(_start, "a number of seconds, at least 0");
        if (start < 0) throw OptionText.Wrong(_start, parsed.TextOf(_start), "a number of seconds, at least 0");
        double? duration = parsed.OptionalNumber(_duration, "a number of seconds above 0");
        if (duration <= 0) throw OptionText.Wrong(_duration, parsed.TextOf(_duration), "a number of seconds above 0");
        return new InputRequest(ReadInputs(parsed)[0], start, duration);
    }

    /// <summary>All that was named, as the user wrote it.</summary>
    public IReadOnlyList<string> ReadInputs(ParseResult parsed) => _inputs is null ? [parsed.GetValue(_input!)!] : parsed.GetValue(_inputs)!;

    /// <exception cref="CliException">The format or the encoding is none of the choices or does not fit the other, ffmpeg is missing, the folder has no name, or two options contradict each other.</exception>
    public OutputRequest ReadOutput(ParseResult parsed, bool isWritten)
    {
        string folder = !isWritten && !parsed.IsGiven(_out) ? "." : ReadFolder(parsed);
        WavEncoding encoding = parsed.Choice(_encoding, Words.Encodings);
        StemFileFormat format = parsed.Choice(_format, Words.Formats);
        if (format == StemFileFormat.Flac)
        {
            if (!parsed.IsGiven(_encoding)) encoding = WavEncoding.Pcm24;
            if (encoding == WavEncoding.Float32)
                throw new CliException(ExitCodes.Usage, $"{_encoding.Name} is float32, and FLAC files hold integers; take {_encoding.Name} pcm24 or pcm16, or {_format.Name} wav");
            if (new FlacEncoder().WhyAbsent is { } reason) throw new CliException(ExitCodes.Output, $"{_format.Name} is flac, and {reason}, or take {_format.Name} wav");
        }
        bool force = ReadForce(parsed), skips = parsed.GetValue(_skipExisting);
        if (force && skips) throw new CliException(ExitCodes.Usage, $"{_skipExisting.Name} leaves what {_force.Name} replaces; leave one of them out");
        return new OutputRequest(folder, format, encoding, force, skips);
    }

    /// <exception cref="CliException">The folder has no name.</exception>
    public string ReadFolder(ParseResult parsed)
    {
        string folder = parsed.OptionalText(_out) ?? throw UsageErrors.Missing(_out, parsed);
        return string.IsNullOrWhiteSpace(folder) ? throw OptionText.Wrong(_out, folder, "the name of a folder") : folder;
    }

    public bool ReadForce(ParseResult parsed) => parsed.GetValue(_force);

    public Verbosity ReadVerbosity(ParseResult parsed) => (parsed.GetValue(_json), parsed.GetValue(_quiet)) switch
    {
        (true, true) => Verbosity.QuietJson,
        (true, false) => Verbosity.Json,
        (false, true) => Verbosity.Quiet,
        _ => Verbosity.Normal,
    };
}
