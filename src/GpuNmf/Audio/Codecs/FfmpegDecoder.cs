using FFMpegCore;

namespace GpuNmf.Audio.Codecs;

/// <summary>Decodes whatever ffmpeg decodes: FLAC, MP3, Ogg, Opus, M4A, the sound of a video. Needs the programs <c>ffmpeg</c> and <c>ffprobe</c> on PATH.</summary>
/// <remarks>
/// Integer samples come out exactly as from a WAV file of the same samples, those of lossy formats as ffmpeg's decoder makes them. What is damaged and can
/// be decoded all the same is warned of. Lists of other files are refused, and nothing is fetched from anywhere.
/// FFMpegCore writes the arguments and reads ffprobe's answer. The programs are started here, since FFMpegCore would take one that lies in the current
/// folder, reads only text from them and keeps all of it, and stops them without what they have started.
/// </remarks>
public sealed class FfmpegDecoder : IAudioDecoder
{
    private const string OnlyFiles = "-protocol_whitelist file";

    private readonly string? _searchPath;

    /// <summary>Uses the programs on PATH, which are looked for when they are needed.</summary>
    public FfmpegDecoder() : this(Environment.GetEnvironmentVariable("PATH"))
    {
    }

    /// <param name="searchPath">Folders as in PATH.</param>
    internal FfmpegDecoder(string? searchPath) => _searchPath = searchPath;

    /// <inheritdoc/>
    public EncodedSound Probe(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FfmpegPrograms programs = Need(path);
        string json = "";
        ChildEnd end = ChildProcess.Run(
            programs.Ffprobe, $"-v error {OnlyFiles} {FfprobeAnswer.Arguments} \"{CommandLineText.WithinQuotes(CommandLineText.FileUrl(path))}\"",
            stdout => json = ReadText(stdout, path), cancellation);
        if (end.ExitCode != 0) throw FfmpegErrors.Unreadable(path, end);
        return FfprobeAnswer.Parse(json, path);
    }

    /// <inheritdoc/>
    public DecodedSound Decode(EncodedSound encoded, string workFolder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        ArgumentException.ThrowIfNullOrEmpty(workFolder);
        FfmpegPrograms programs = Need(encoded.Path);
        Spool spool = Spool.Create(workFolder);
        try
        {
            ChildEnd end = ChildProcess.Run(programs.Ffmpeg, Arguments(encoded), spool.Append, cancellation);
            return Judge(encoded, spool, end);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }

    private static string Arguments(EncodedSound encoded) => FFMpegArguments
        .FromFileInput(CommandLineText.WithinQuotes(CommandLineText.FileUrl(encoded.Path)), verifyExists: false, input => input.WithCustomArgument($"-v error -nostdin -threads 1 {OnlyFiles}"))
        .OutputToUrl("pipe:1", output => output.WithCustomArgument($"-map 0:{encoded.Index}").WithAudioCodec("pcm_f32be").ForceFormat("au"))
        .Arguments;

    private static DecodedSound Judge(EncodedSound encoded, Spool spool, ChildEnd end)
    {
        Span<byte> start = stackalloc byte[AuHeader.LeastBytes];
        start = start[..(int)Math.Min(spool.Length, start.Length)];
        spool.Read(0, start);
        AuHeader? header = AuHeader.Parse(start);
        double seconds = header?.Frames(spool.Length) / (double?)header?.SampleRateHz ?? 0;
        if (end.ExitCode != 0) throw FfmpegErrors.Died(encoded, end, seconds);
        if (header is null) throw FfmpegErrors.NoSamples(encoded, start);
        bool isShort = encoded.StatedSeconds - seconds > AllowedShortage(header.Value.SampleRateHz);
        if (isShort && !encoded.IsLengthGuessed) throw FfmpegErrors.TooShort(encoded, seconds);
        List<string> warnings = [.. encoded.Warnings];
        if (isShort) warnings.Add(FfmpegErrors.PerhapsTooShort(encoded, seconds));
        if (end.Errors.Lines > 0) warnings.Add(FfmpegErrors.Faults(end));
        return new DecodedSound(spool, header.Value, warnings);
    }

    // Codecs hold back or cut off a few of their frames at the ends, of at most 2048 sample frames each.
    private static double AllowedShortage(int sampleRateHz) => 4 * 2048.0 / sampleRateHz;

    private FfmpegPrograms Need(string path) => FfmpegPrograms.Find(_searchPath) ?? throw FfmpegErrors.Absent(path, FfmpegPrograms.WhyAbsent(_searchPath)!);

    // An answer is a few hundred bytes; a program that writes without end is no ffprobe.
    private static string ReadText(Stream stream, string path)
    {
        const int most = 1 << 20;
        using var reader = new StreamReader(stream);
        var text = new char[most];
        int length = reader.ReadBlock(text);
        return length < most ? new string(text, 0, length) : throw FfmpegErrors.NoAnswer(path);
    }
}
