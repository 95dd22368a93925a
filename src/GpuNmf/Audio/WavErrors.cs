using System.Globalization;
using System.Text;

namespace GpuNmf.Audio;

/// <summary>The messages of the WAV reader: the file, what is wrong with it, the rule, the way out; one line each.</summary>
internal static class WavErrors
{
    public static AudioFormatException NotWav(string path, ReadOnlySpan<byte> start) =>
        new($"{path} is not a WAV file (starts with {Quote(start)}); decode it first, for example: {Ffmpeg(path)}");

    public static AudioFormatException Damaged(string path, string what) =>
        new($"{path} {what}; the file is damaged or was cut off. Copy or export it again.");

    public static AudioFormatException Unsupported(string path, string what) =>
        new($"{path} holds {what}; WAV files of 1 to 64-bit PCM, 32 or 64-bit float, A-law and mu-law are read. Convert it first, for example: {Ffmpeg(path)}");

    /// <summary>Bytes of an identifier as text in quotes, or in hexadecimal where they are no text.</summary>
    public static string Quote(ReadOnlySpan<byte> id)
    {
        int printable = 0;
        while (printable < id.Length && id[printable] is >= 0x20 and < 0x7F) printable++;
        if (printable == id.Length || printable >= 3) return $"'{Encoding.ASCII.GetString(id[..printable])}'";
        var hex = new StringBuilder("bytes");
        foreach (byte b in id) hex.Append(CultureInfo.InvariantCulture, $" {b:X2}");
        return hex.ToString();
    }

    private static string Ffmpeg(string path)
    {
        string target = Path.ChangeExtension(path, ".wav");
        if (target == path) target = Path.ChangeExtension(path, null) + "-pcm.wav";
        return $"ffmpeg -i {InQuotes(path)} {InQuotes(target)}";
    }

    private static string InQuotes(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
