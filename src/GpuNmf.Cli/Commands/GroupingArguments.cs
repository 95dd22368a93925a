using System.CommandLine;
using System.CommandLine.Parsing;
using GpuNmf.Cli.Errors;
using GpuNmf.Grouping;

namespace GpuNmf.Cli.Commands;

/// <summary>How components become sources.</summary>
internal sealed class GroupingArguments
{
    private readonly Option<string> _sources = OptionText.Valued("--sources", "N",
        "Group the components into N sources, 1..K, and write source-1.wav, ... instead of the components. With --example, their number.");
    private readonly Option<string> _groupBy = OptionText.Valued("--group-by", "HOW",
        "mfcc: components that sound alike (k-means of mel cepstra); envelope: those that sound at the same time (correlation of activations).", "mfcc");
    private readonly Option<string[]> _examples = new("--example")
    {
        HelpName = "FILE.wav",
        Description = "A recording of one source alone, at the recording's sampling rate; once for each source, in the order of the files written.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<bool> _keep = OptionText.Flag("--keep-components", "With --sources, --example or --dictionary: write component-01.wav, ... as well.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_sources, _groupBy, _examples, _keep]) command.Add(option);
    }

    /// <summary>True where the components are to be written beside the sources.</summary>
    public bool KeepsComponents(ParseResult parsed) => parsed.GetValue(_keep);

    /// <summary>The options with which the user says how to group.</summary>
    public IReadOnlyList<Option> Given(ParseResult parsed) => [.. ((Option[])[_sources, _groupBy, _examples]).Where(parsed.IsGiven)];

    /// <summary>What is asked for; null where every component is to be a stem.</summary>
    /// <exception cref="CliException">A value is no number or none of the choices, or two contradict each other.</exception>
    public GroupingRequest? Read(ParseResult parsed)
    {
        string[] examples = parsed.GetValue(_examples) ?? [];
        int? sources = parsed.OptionalWholeNumber(_sources, "a whole number, 1 to the number of components");
        GroupingMethod method = parsed.Choice(_groupBy, Words.Groupings);
        if (sources is null && examples.Length == 0)
        {
            Option? lonely = ((Option[])[_groupBy, _keep]).FirstOrDefault(parsed.IsGiven);
            return lonely is null ? null : throw new CliException(ExitCodes.Usage, $"{lonely.Name} is for sources; say how many with {_sources.Name}, or leave it out");
        }
        if (examples.Length > 0 && parsed.IsGiven(_groupBy))
            throw new CliException(ExitCodes.Usage, $"{_groupBy.Name} and {_examples.Name} both say how to group; leave one of them out");
        if (examples.Length > 0 && sources is { } count && count != examples.Length)
            throw new CliException(ExitCodes.Usage, $"{_sources.Name} is {count} and {_examples.Name} is given {examples.Length} times; give one for each source, or leave {_sources.Name} out");
        return new GroupingRequest(sources ?? examples.Length, examples.Length > 0 ? GroupingMethod.Examples : method, examples, parsed.GetValue(_keep));
    }
}

/// <summary>How components become sources, as far as it is known without opening a file.</summary>
/// <param name="Sources">Number of sources.</param>
/// <param name="Method">What decides.</param>
/// <param name="ExamplePaths">As the user wrote them; empty where none are given.</param>
/// <param name="KeepsComponents">The components are written too.</param>
internal sealed record GroupingRequest(int Sources, GroupingMethod Method, IReadOnlyList<string> ExamplePaths, bool KeepsComponents)
{
    /// <exception cref="CliException">There are more examples than components that could go to them.</exception>
    public void RequireComponents(int rank)
    {
        if (ExamplePaths.Count > rank)
            throw new CliException(ExitCodes.Usage, $"--example is given {ExamplePaths.Count} times and there are only {rank} components (--rank); take fewer examples, or more components");
    }
}
