using System.Globalization;
using System.Text.Json;
using FFMpegCore;

namespace GpuNmf.Audio.Codecs;

/// <summary>What ffprobe says of a file.</summary>
internal static class FfprobeAnswer
{
    /// <summary>What it is asked for: no more, since tags and side data are the files' own.</summary>
    public const string Arguments = "-print_format json -show_entries "
        + "format=format_name:stream=index,codec_type,codec_name,channels,sample_rate,duration,bits_per_raw_sample:stream_disposition=default:stream_tags=DURATION";

    private static readonly JsonSerializerOptions s_options = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Containers that state no length: it is told from the size of the file and the bits a second.</summary>
    private static readonly string[] s_guessing = ["mp3", "aac", "ac3", "eac3", "dts", "mpegts", "mpeg", "loas", "amr"];

    /// <summary>Files that say where the sound lies.</summary>
    private static readonly string[] s_referring = ["concat", "hls", "dash", "sdp", "imf", "webm_dash_manifest"];

    /// <summary>The stream that is decoded: the default one, or the first.</summary>
    /// <exception cref="AudioFormatException">There is none, or the answer makes no sense.</exception>
    public static EncodedSound Parse(string json, string path)
    {
        FFProbeAnalysis answer = Read(json, path);
        string[] formats = answer.Format.FormatName?.Split(',') ?? [];
        if (formats.FirstOrDefault(s_referring.Contains) is { } referring) throw FfmpegErrors.RefersToOthers(path, referring);
        FFProbeStream[] sounds = [.. answer.Streams.Where(stream => stream.CodecType == "audio").OrderBy(stream => stream.Index)];
        if (sounds.Length == 0) throw FfmpegErrors.NoSound(path, answer.Format.FormatName, [.. answer.Streams.Select(stream => stream.CodecType ?? "unknown")]);
        FFProbeStream sound = sounds.FirstOrDefault(IsDefault) ?? sounds[0];
        if (!int.TryParse(sound.SampleRate, CultureInfo.InvariantCulture, out int rate) || rate < 1 || sound.Channels is not >= 1)
            throw FfmpegErrors.Unusable(path, $"{sound.CodecName ?? "a codec"} of {sound.Channels ?? 0} channels at {sound.SampleRate ?? "no"} Hz");
        return new EncodedSound
        {
            Path = path,
            Index = sound.Index,
            Encoding = Describe(sound),
            Channels = sound.Channels.Value,
            SampleRateHz = rate,
            StatedSeconds = Seconds(sound),
            IsLengthGuessed = formats.Length == 0 || formats.Any(s_guessing.Contains),
            Warnings = sounds.Length == 1 ? [] : [$"The file holds {sounds.Length} streams of sound; stream {sound.Index} ({Describe(sound)}) is taken."],
        };
    }

    private static FFProbeAnalysis Read(string json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<FFProbeAnalysis>(json, s_options) is { Format: not null, Streams: not null } answer ? answer : throw FfmpegErrors.NoAnswer(path);
        }
        catch (JsonException exception)
        {
            throw FfmpegErrors.NoAnswer(path, exception);
        }
    }

    private static bool IsDefault(FFProbeStream stream) => stream.Disposition is { } marks && marks.TryGetValue("default", out int value) && value == 1;

    // Lossless codecs have a number of bits.
    private static string Describe(FFProbeStream stream) =>
        int.TryParse(stream.BitsPerRawSample, CultureInfo.InvariantCulture, out int bits) && bits > 0 ? $"{stream.CodecName} {bits}" : stream.CodecName ?? "unknown";

    // Matroska has it in a tag, as 00:03:21.5.
    private static double? Seconds(FFProbeStream stream)
    {
        if (double.TryParse(stream.Duration, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)) return seconds;
        string? tag = null;
        stream.Tags?.TryGetValue("DURATION", out tag);
        string[] parts = tag?.Split(':') ?? [];
        double[] numbers = [.. parts.Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        return numbers is [var hours, var minutes, var rest] && double.IsFinite(hours + minutes + rest) ? 3600 * hours + 60 * minutes + rest : null;
    }
}
