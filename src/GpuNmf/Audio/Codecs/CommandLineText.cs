using System.Text;

namespace GpuNmf.Audio.Codecs;

/// <summary>File names in a line of arguments. FFMpegCore puts quotation marks around them and leaves those within as they are.</summary>
internal static class CommandLineText
{
    /// <summary>A file's name as ffmpeg takes it literally: absolute and with its protocol, so that no dash, colon or pattern in it means anything.</summary>
    public static string FileUrl(string path) => "file:" + Path.GetFullPath(path);

    /// <summary>A text that stands between quotation marks: those within get a backslash, and backslashes before one are doubled.</summary>
    public static string WithinQuotes(string text)
    {
        var escaped = new StringBuilder(text.Length);
        int backslashes = 0;
        foreach (char character in text)
        {
            if (character == '"') escaped.Append('\\', backslashes + 1);
            backslashes = character == '\\' ? backslashes + 1 : 0;
            escaped.Append(character);
        }
        return escaped.Append('\\', backslashes).ToString();
    }
}
