using System.Globalization;
using GpuNmf.Audio;

namespace GpuNmf.Cli.Commands;

/// <summary>One file of a choice: a part, or the sum of some.</summary>
/// <param name="Numbers">Of the parts, as in their files' names, the smallest first.</param>
/// <param name="IsMix">True where it was asked for as a sum.</param>
internal sealed record StemPart(IReadOnlyList<int> Numbers, bool IsMix)
{
    /// <summary>The numbers as they stand in a file's name: <c>1+3</c>, <c>1-4+7</c>; from three on, neighbours become a range.</summary>
    public string Label { get; } = LabelOf(Numbers);

    private static string LabelOf(IReadOnlyList<int> numbers)
    {
        var pieces = new List<string>();
        for (int i = 0; i < numbers.Count;)
        {
            int end = i;
            while (end + 1 < numbers.Count && numbers[end + 1] == numbers[end] + 1) end++;
            if (end - i < 2) end = i;
            string first = numbers[i].ToString(CultureInfo.InvariantCulture);
            pieces.Add(end > i ? $"{first}-{numbers[end].ToString(CultureInfo.InvariantCulture)}" : first);
            i = end + 1;
        }
        return string.Join('+', pieces);
    }
}

/// <summary>The files to be written where not every part is one.</summary>
/// <param name="Parts">In their order: single parts by number, then sums as they were given.</param>
/// <param name="Count">Parts that there are.</param>
/// <param name="IsOfSources">True where they are sources, not components.</param>
internal sealed record StemChoice(IReadOnlyList<StemPart> Parts, int Count, bool IsOfSources)
{
    /// <summary>Characters of a file's name at most; disks take 255 bytes.</summary>
    public const int LongestName = 200;

    /// <summary>The names, in the order of the parts.</summary>
    public IReadOnlyList<string> FileNames => [.. Parts.Select(FileNameOf)];

    /// <summary>A part's own name, or that of a sum: <c>mix-1+3.wav</c>.</summary>
    public string FileNameOf(StemPart part)
    {
        string single = WavStemSink.FileName(part.Numbers[0] - 1, Count, IsOfSources ? StemName.Source : StemName.Component);
        return part.IsMix ? $"mix-{part.Label}{Path.GetExtension(single)}" : single;
    }

    /// <summary>A sink that takes every part and hands the chosen ones on.</summary>
    public StemSelection Into(IStemSink files) => new(files, [.. Parts.Select(part => part.Numbers.Select(number => number - 1).ToArray())]);
}
