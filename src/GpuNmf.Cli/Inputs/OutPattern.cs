using System.Globalization;
using System.Text.RegularExpressions;
using GpuNmf.Cli.Errors;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Inputs;

/// <summary>Where the parts of each recording go: a folder's name with placeholders, or a folder that gets one for each recording.</summary>
internal sealed partial class OutPattern
{
    private static readonly string[] s_placeholders = ["{name}", "{parent}", "{ext}", "{index}"];

    private readonly string _text;

    /// <param name="text">The value of <c>--out</c>.</param>
    /// <param name="areSeveral">True where one folder cannot do.</param>
    /// <exception cref="CliException">A placeholder is none of those.</exception>
    public OutPattern(string text, bool areSeveral)
    {
        bool isPattern = Array.Exists(s_placeholders, placeholder => text.Contains(placeholder, StringComparison.Ordinal));
        if ((areSeveral || isPattern) && Placeholder().Matches(text).FirstOrDefault(match => !s_placeholders.Contains(match.Value)) is { } unknown)
            throw new CliException(ExitCodes.Usage, $"--out is '{text}', and {unknown.Value} is no placeholder; they are {string.Join(", ", s_placeholders)}{Spelling.Suggest(unknown.Value, s_placeholders)}");
        _text = areSeveral && !isPattern ? Path.Combine(text, s_placeholders[0]) : text;
    }

    /// <summary>A folder for each recording, no two the same, whatever the case of their letters.</summary>
    /// <remarks>
    /// It depends on the recordings and their order alone. Of those that would get the same folder the first has it; the others get the smallest numbers from <c>-2</c> on that
    /// no recording has by its own name.
    /// </remarks>
    public IReadOnlyList<string> FoldersOf(IReadOnlyList<string> paths)
    {
        string[] own = [.. paths.Select((path, i) => Filled(path, i + 1, paths.Count))];
        HashSet<string> wanted = [.. own.Select(Key)], taken = [];
        var folders = new string[own.Length];
        for (int i = 0; i < own.Length; i++)
        {
            string folder = own[i];
            for (int number = 2; !IsFree(Key(folder), taken) || (folder != own[i] && wanted.Contains(Key(folder))); number++)
                folder = string.Create(CultureInfo.InvariantCulture, $"{Path.TrimEndingDirectorySeparator(own[i])}-{number}");
            taken.Add(Key(folder));
            folders[i] = folder;
        }
        return folders;
    }

    private string Filled(string path, int index, int count) => Placeholder().Replace(_text, match => match.Value switch
    {
        "{name}" => NameOf(path),
        "{parent}" => ParentOf(path),
        "{ext}" => Path.GetExtension(path).TrimStart('.'),
        "{index}" => index.ToString($"D{count.ToString(CultureInfo.InvariantCulture).Length}", CultureInfo.InvariantCulture),
        _ => match.Value,
    });

    /// <summary>The file's name without its extension; as it is where nothing but dots would be left, which mean other folders.</summary>
    private static string NameOf(string path)
    {
        string name = Path.GetFileNameWithoutExtension(path);
        return name.Trim('.').Length > 0 ? name : Path.GetFileName(path);
    }

    private static string ParentOf(string path)
    {
        string? folder = path.Length == 0 ? null : Path.GetDirectoryName(Path.GetFullPath(path));
        return Path.GetFileName(folder) is { Length: > 0 } name ? name : "root";
    }

    /// <summary>Work happens beside a folder, under its name and a suffix; no other folder may be called that.</summary>
    private static bool IsFree(string key, HashSet<string> taken) =>
        !taken.Contains(key) && Array.TrueForAll(s_suffixes, suffix => !taken.Contains(key + suffix) && !(key.EndsWith(suffix, StringComparison.Ordinal) && taken.Contains(key[..^suffix.Length])));

    private static readonly string[] s_suffixes = [OutputFolder.PartialSuffix.ToUpperInvariant(), OutputFolder.ReplacedSuffix.ToUpperInvariant()];

    private static string Key(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)).ToUpperInvariant();

    [GeneratedRegex(@"\{[A-Za-z]+\}")]
    private static partial Regex Placeholder();
}
