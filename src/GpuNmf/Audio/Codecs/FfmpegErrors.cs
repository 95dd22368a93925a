using System.Globalization;

namespace GpuNmf.Audio.Codecs;

/// <summary>The messages of the decoder: the file, what is wrong, the way out; one line each.</summary>
internal static class FfmpegErrors
{
    public static AudioFormatException Absent(string path, string why) =>
        new($"{path} is no WAV file, and {why} to decode it; {FfmpegPrograms.HowToInstall}, or convert it to WAV.");

    public static AudioFormatException Unreadable(string path, ChildEnd end) =>
        new($"{path} is not a WAV file, and it cannot be decoded either: {end.Describe(path)}; copy or export it again, or name a recording.");

    public static AudioFormatException NoAnswer(string path, Exception? cause = null) =>
        new($"{path} cannot be decoded: ffprobe did not describe it as ffprobe does; {FfmpegPrograms.HowToInstall} again, or convert it to WAV.", cause!);

    public static AudioFormatException NoSound(string path, string? format, string[] streams) =>
        new($"{path} holds no sound ({format ?? "unknown"}, {(streams.Length == 0 ? "no streams" : string.Join(", ", streams))}); name a recording, or a video with sound.");

    public static AudioFormatException Unusable(string path, string what) =>
        new($"{path} is no sound that ffmpeg can read (it finds {what}); copy or export it again, or name a recording.");

    public static AudioFormatException RefersToOthers(string path, string format) =>
        new($"{path} is a list of other files ({format}); name a recording itself.");

    public static AudioFormatException Died(EncodedSound encoded, ChildEnd end, double seconds) =>
        new($"{encoded.Path} was not decoded to its end: after {Seconds(seconds)} s {end.Describe(encoded.Path)}; copy or export it again, or convert it to WAV.");

    public static AudioFormatException NoSamples(EncodedSound encoded, ReadOnlySpan<byte> start) =>
        new($"{encoded.Path} was not decoded: ffmpeg wrote {(start.IsEmpty ? "nothing" : $"no samples but {WavErrors.Quote(start[..Math.Min(4, start.Length)])}")}; copy or export it again, or convert it to WAV.");

    public static AudioFormatException TooShort(EncodedSound encoded, double seconds) =>
        new($"{encoded.Path} holds {Seconds(seconds)} s of the {Seconds(encoded.StatedSeconds!.Value)} s that it claims; the file is damaged or was cut off. Copy or export it again, or convert what is left of it to WAV.");

    /// <summary>A warning.</summary>
    public static string PerhapsTooShort(EncodedSound encoded, double seconds) =>
        $"The file holds {Seconds(seconds)} s, and about {Seconds(encoded.StatedSeconds!.Value)} s were to be expected; it may have been cut off.";

    /// <summary>A warning.</summary>
    public static string Faults(ChildEnd end) =>
        $"ffmpeg met {end.Errors.Lines} {(end.Errors.Lines == 1 ? "fault" : "faults")} while it decoded the file, where sound may be missing; the first: {end.Errors.First}";

    private static string Seconds(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
