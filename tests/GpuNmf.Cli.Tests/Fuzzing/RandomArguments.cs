using System.Globalization;
using System.Text.RegularExpressions;

namespace GpuNmf.Cli.Tests.Fuzzing;

/// <summary>Command lines of real names with values that suit, do not suit or are nonsense, and of nonsense alone.</summary>
/// <remarks>No operating system passes NUL in an argument, so none is made. Names lead nowhere but into the current folder.</remarks>
internal sealed partial class RandomArguments
{
    private static readonly string[] s_commands = ["separate", "sweep", "learn", "devices"];

    /// <summary>Values that suit one option or another, and those just beside them.</summary>
    private static readonly string[] s_words =
    [
        "kl", "frobenius", "is", "kl,is", "0.5", "-1", "4", "emu", "mu", "cd", "mm", "fast", "random", "nndsvd", "nndsvda", "nndsvdar", "kmeans", "none", "templates", "best", "all", "hann", "hamming", "blackman",
        "rectangular", "constant", "reflect", "true", "false", "mask", "magnitude", "joint", "stack", "mono", "float32", "pcm16", "pcm24", "auto", "cpu", "cuda", "cuda:1", "opencl:0", "128", "256", "512", "mfcc",
        "envelope", "2..4", "2..16:2", "2,3,5", "4..2", "1..256", "2..", "..", ",", "2,,3", "1:1", "KL", "Hann", "--rank", "--", "-", "-h", "-?", "--version", "--help", "[diagram]", "[suggest]", "@song.wav",
    ];

    private static readonly string[] s_numbers =
    [
        "0", "1", "2", "3", "5", "8", "16", "64", "200", "255", "256", "257", "512", "1024", "2048", "32768", "65536", "-2", "0.25", "1e-4", "1e9", "1e-320", "1e308", "1e999", "NaN", "infinity", "-0", "+3", " 4 ", "0x10", "1,5", "1_000",
        "2147483647", "2147483648", "9223372036854775807", "18446744073709551615", "18446744073709551616", "0.1", "0.2", "99999999999999999999999999", "٣", "½", "１",
    ];

    private static readonly string[] s_texts =
    [
        "", " ", "\t", "\n", "a\nb", "\r", "\u001b[31mred", "\u0007", "\u2028", "\u0085", "ä ö ü", "♫", "日本語", "\U0001F941", "\ud800", "\u202Egnp", "a\"b", "'", "%s%n", "{0}", "{", "$(reboot)", "`", "*", "?", "\\", "=", ":", "a=b=c", "--=", "--rank=",
        "--rnak", "---", "-rank", "--RANK", "--rank:", "~", "#", "|", "con", "null", "x.wav", "no/such/folder/x.wav", ".", "a.b.c",
    ];

    private readonly Dictionary<string, string[]> _options;
    private readonly string[] _inputs, _files, _targets;

    /// <param name="inputs">Recordings.</param>
    /// <param name="files">Whatever else lies there.</param>
    /// <param name="targets">Names for <c>--out</c>.</param>
    public RandomArguments(string[] inputs, string[] files, string[] targets)
    {
        (_inputs, _files, _targets) = (inputs, files, targets);
        _options = s_commands.ToDictionary(command => command, OptionsOf);
    }

    /// <summary>One list.</summary>
    public string[] Next(Random random)
    {
        if (random.Next(20) == 0) return [.. Enumerable.Range(0, random.Next(6)).Select(_ => Anything(random))];
        string command = Any(random, s_commands);
        List<string> args = [random.Next(50) == 0 ? Text(random) : command];
        if (command != "devices")
        {
            if (random.Next(20) > 0) args.Add(random.Next(6) == 0 ? Anything(random) : Any(random, _inputs));
            if (random.Next(20) > 0) args.AddRange(["--out", random.Next(6) == 0 ? Text(random) : Any(random, _targets)]);
        }
        for (int left = random.Next(2) == 0 ? random.Next(3) : random.Next(9); left > 0; left--) AddOption(random, args, random.Next(20) == 0 ? Any(random, s_commands) : command);
        if (random.Next(15) == 0) args.Insert(random.Next(args.Count + 1), Anything(random));
        if (random.Next(30) == 0) args.RemoveAt(random.Next(args.Count));
        return [.. args];
    }

    private void AddOption(Random random, List<string> args, string command)
    {
        string option = Any(random, _options[command]);
        if (option == "--out") return;
        bool takesFile = option is "--example" or "--dictionary" or "--init-templates" or "--init-activations";
        string value = takesFile && random.Next(4) > 0 ? Any(random, random.Next(3) == 0 ? _inputs : _files) : Value(random);
        switch (random.Next(12))
        {
            case 0: args.Add(option); break;
            case 1: args.Add($"{option}={value}"); break;
            case 2: args.Add($"{option}:{value}"); break;
            // Flags come alone, and half of them with a value that they do not take.
            case < 7 when IsFlag(option): args.Add(option); break;
            default: args.AddRange([option, value]); break;
        }
    }

    private string Anything(Random random) => random.Next(4) switch
    {
        0 => Any(random, _inputs),
        1 => Any(random, _files),
        2 => Any(random, _options[Any(random, s_commands)]),
        _ => Value(random),
    };

    private static string Value(Random random) => random.Next(5) switch
    {
        0 => Text(random),
        1 => random.Next(-3, 300).ToString(CultureInfo.InvariantCulture),
        2 => (random.NextDouble() * Math.Pow(10, random.Next(-5, 5))).ToString(CultureInfo.InvariantCulture),
        3 => Any(random, s_numbers),
        _ => Any(random, s_words),
    };

    private static string Text(Random random)
    {
        int kind = random.Next(400);
        if (kind == 0) return new string((char)random.Next('a', 'z'), random.Next(200_000));
        if (kind >= 100) return Any(random, s_texts);
        string any = string.Concat(Enumerable.Range(0, 1 + random.Next(12)).Select(_ => (char)random.Next(1, kind < 50 ? 128 : char.MaxValue)));
        return any.Replace("..", "", StringComparison.Ordinal).TrimStart(Path.DirectorySeparatorChar);      // stays in the current folder
    }

    private static bool IsFlag(string option) => option is "--force" or "--skip-existing" or "--json" or "--quiet" or "--shuffle" or "--adapt" or "--keep-components" or "--no-center" or "--pick" or "--resume";

    /// <summary>The names that the help of a command shows.</summary>
    private static string[] OptionsOf(string command)
    {
        CliRun help = CliRun.Of(command, "--help").AssertOk();
        return [.. OptionName().Matches(help.Stdout).Select(match => match.Value).Distinct()];
    }

    private static T Any<T>(Random random, T[] of) => of[random.Next(of.Length)];

    [GeneratedRegex(@"(?<=^\s+)--[a-z0-9-]+", RegexOptions.Multiline)]
    private static partial Regex OptionName();
}
