using System.CommandLine;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Which parts are written.</summary>
internal sealed class StemArguments
{
    private readonly Option<string> _components = OptionText.Valued("--components", "LIST",
        "Write only these parts, by the numbers of their files: 1,3 or 1-4, joined by commas. With --sources, --example or --dictionary they are the sources' numbers.");
    private readonly Option<string[]> _mixes = new("--mix")
    {
        HelpName = "LIST",
        Description = "Write the sum of these parts as one file, such as mix-1+3.wav; may be given several times. Alone, only sums are written.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    public void AddTo(Command command)
    {
        command.Add(_components);
        command.Add(_mixes);
    }

    /// <summary>What is to be written; null where everything is.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="grouping">What the parts are.</param>
    /// <param name="rank">Number of components.</param>
    /// <exception cref="CliException">A list is no list, names a part that there is not, or contradicts another option.</exception>
    public StemChoice? Read(ParseResult parsed, GroupingRequest? grouping, int rank)
    {
        string? components = parsed.OptionalText(_components);
        string[] mixes = parsed.GetValue(_mixes) ?? [];
        if (components is null && mixes.Length == 0) return null;
        if (components is not null && grouping is { KeepsComponents: true })
            throw new CliException(ExitCodes.Usage, $"--keep-components writes every component beside the sources, and {_components.Name} would name sources; leave one of them out");
        StemPart[] parts = [.. components is null ? [] : Numbers(_components, components).Select(number => new StemPart([number], IsMix: false)), .. mixes.Select(mix => new StemPart(Numbers(_mixes, mix), IsMix: true))];
        var choice = new StemChoice(parts, grouping?.Sources ?? rank, IsOfSources: grouping is not null);
        if (parts.Where(part => part.IsMix).GroupBy(part => part.Label).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new CliException(ExitCodes.Usage, $"{_mixes.Name} {twice.Key} is given twice; give it once");
        if (parts.FirstOrDefault(part => choice.FileNameOf(part).Length > StemChoice.LongestName) is { } wordy)
            throw new CliException(ExitCodes.Usage, $"{_mixes.Name} names {wordy.Numbers.Count} parts, too many far apart for the name of a file ({StemChoice.LongestName} characters at most); take ranges, such as 1-4");
        return choice;

        IReadOnlyList<int> Numbers(Option option, string text)
        {
            IReadOnlyList<int> numbers = NumberList.Read(option, text);
            int most = grouping?.Sources ?? rank;
            if (numbers[^1] <= most) return numbers;
            string there = grouping is null ? $"the components are 1..{most} (--rank)" : $"the sources are 1..{most}";
            throw new CliException(ExitCodes.Usage, $"{option.Name} is '{text}', and {there}; take numbers among them");
        }
    }
}
