using System.Text;
using System.Text.RegularExpressions;

namespace GpuNmf.Audio.Codecs;

/// <summary>What a program wrote to its standard error: the first and the last lines, whatever the length.</summary>
/// <remarks>ffmpeg's addresses (<c>[flac @ 0x55d0c8]</c>) are left out, since they differ from run to run.</remarks>
internal sealed partial class ErrorOutput
{
    private const int LongestLine = 300;

    /// <summary>Lines that hold something.</summary>
    public long Lines { get; private set; }

    /// <summary>The first of them; empty where there is none.</summary>
    public string First { get; private set; } = "";

    /// <summary>The last that says something of its own; empty where there is none.</summary>
    public string Last { get; private set; } = "";

    /// <summary>A single line.</summary>
    public static ErrorOutput Of(string line) => Read(new StringReader(line));

    /// <summary>Reads to the end, in memory that does not grow.</summary>
    public static ErrorOutput Read(TextReader reader)
    {
        var errors = new ErrorOutput();
        var block = new char[4096];
        var line = new StringBuilder();
        for (int n = reader.Read(block); n > 0; n = reader.Read(block))
            foreach (char character in block.AsSpan(0, n))
            {
                if (character is '\n' or '\r')
                {
                    errors.Take(line.ToString());
                    line.Clear();
                }
                else if (line.Length < LongestLine)
                {
                    line.Append(char.IsControl(character) ? ' ' : character);
                }
            }
        errors.Take(line.ToString());
        return errors;
    }

    private void Take(string line)
    {
        line = Address().Replace(line, "").Trim();
        if (line.Length == 0) return;
        Lines++;
        if (First.Length == 0) First = line;
        if (line != "Conversion failed!") Last = line;
    }

    [GeneratedRegex(@"\[[^\]]* @ (0x)?[0-9a-fA-F]+\] *")]
    private static partial Regex Address();
}
