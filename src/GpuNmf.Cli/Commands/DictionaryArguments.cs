using System.CommandLine;
using System.CommandLine.Parsing;
using GpuNmf.Cli.Errors;
using GpuNmf.Grouping;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Commands;

/// <summary>Templates that were learnt before, a source each.</summary>
internal sealed class DictionaryArguments
{
    /// <summary>Enough for the spectra to follow another instrument, and too few for them to become others.</summary>
    private const int AdaptIterations = 20;

    private const int MostComponents = 256;

    private readonly Option<string[]> _dictionaries = new("--dictionary")
    {
        HelpName = "FILE.npz",
        Description = "Templates that 'gpunmf learn' wrote; once for each source, which becomes source-1.wav, ... They stay as they are, and --rank is their number and --free.",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };
    private readonly Option<string> _free = OptionText.Valued("--free", "N", "With --dictionary: components for everything else, 0..256; they are the last source.", "0");
    private readonly Option<bool> _adapt = OptionText.Flag("--adapt", $"With --dictionary: {AdaptIterations} iterations at the end in which the dictionaries follow the recording.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_dictionaries, _free, _adapt]) command.Add(option);
    }

    /// <summary>The files, read; null where none are given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rank">The option that dictionaries decide.</param>
    /// <param name="grouping">Options that were given and say otherwise what the sources are.</param>
    /// <exception cref="CliException">One cannot be read or is no dictionary, or an option contradicts another.</exception>
    public DictionaryFiles? Read(ParseResult parsed, Option rank, IReadOnlyList<Option> grouping)
    {
        string[] paths = parsed.GetValue(_dictionaries) ?? [];
        int free = parsed.WholeNumber(_free, "a whole number in 0..256");
        if (paths.Length == 0)
        {
            Option? lonely = ((Option[])[_free, _adapt]).FirstOrDefault(parsed.IsGiven);
            return lonely is null ? null : throw new CliException(ExitCodes.Usage, $"{lonely.Name} is for dictionaries; name one with {_dictionaries.Name}, or leave it out");
        }
        if (free is < 0 or > MostComponents) throw OptionText.Wrong(_free, parsed.TextOf(_free), "a whole number in 0..256");
        if (parsed.IsGiven(rank)) throw new CliException(ExitCodes.Usage, $"{rank.Name} follows from {_dictionaries.Name} and {_free.Name}; leave it out");
        if (grouping.Count > 0) throw new CliException(ExitCodes.Usage, $"{_dictionaries.Name} says what the sources are; leave {string.Join(" and ", grouping.Select(option => option.Name))} out");
        DictionaryFile[] files = Array.ConvertAll(paths, ReadFile);
        RequireRoom(files.Sum(file => file.Templates.Rank), free);
        return new DictionaryFiles(files, free, parsed.GetValue(_adapt) ? AdaptIterations : 0);
    }

    private void RequireRoom(int learnt, int free)
    {
        if (learnt + free <= MostComponents) return;
        string facts = free > 0 ? $"{_dictionaries.Name} and {_free.Name} are {learnt} + {free} components" : $"{_dictionaries.Name} is {learnt} components in all";
        string wayOut = learnt < MostComponents ? $"take {_free.Name} {MostComponents - learnt} at most" : "leave a dictionary out, or learn it anew with a smaller --rank";
        throw new CliException(ExitCodes.Usage, $"{facts}, and there can be {MostComponents}; {wayOut}");
    }

    private DictionaryFile ReadFile(string path)
    {
        NamedFile.Require(_dictionaries.Name, path);
        try
        {
            return new DictionaryFile(path, LearntTemplates.Load(path), FileHash.Of(path));
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
        {
            bool isMissing = exception is FileNotFoundException or DirectoryNotFoundException;
            throw new CliException(ExitCodes.Input, isMissing ? $"{_dictionaries.Name} '{path}': no such file" : $"{_dictionaries.Name} '{path}': {exception.Message}", exception);
        }
    }
}

/// <summary>One dictionary of a request.</summary>
/// <param name="Path">As the user wrote it.</param>
/// <param name="Templates">What it holds.</param>
/// <param name="Sha256">Of the file's bytes, in lower-case hexadecimal digits.</param>
internal sealed record DictionaryFile(string Path, LearntTemplates Templates, string Sha256)
{
    /// <summary>Its name without the folder.</summary>
    public string FileName => System.IO.Path.GetFileName(Path);
}

/// <summary>Dictionaries of a request.</summary>
/// <param name="Files">In the order of their sources.</param>
/// <param name="Free">Components behind theirs.</param>
/// <param name="AdaptIterations">Iterations in which they are updated too.</param>
internal sealed record DictionaryFiles(IReadOnlyList<DictionaryFile> Files, int Free, int AdaptIterations)
{
    /// <summary>A source a dictionary, and one for what is free.</summary>
    public GroupingRequest Grouping(bool keepsComponents) => new(Files.Count + (Free > 0 ? 1 : 0), GroupingMethod.Assigned, [], keepsComponents);

    /// <summary>The options with the dictionaries' templates in front.</summary>
    /// <exception cref="CliException">Their transforms differ.</exception>
    public SeparationOptions In(SeparationOptions options)
    {
        DictionaryFile first = Files[0];
        if (Files.FirstOrDefault(file => file.Templates.FftLength != first.Templates.FftLength) is { } other)
            throw new CliException(ExitCodes.Input, $"--dictionary '{first.FileName}' was learnt with --n-fft {first.Templates.FftLength} and '{other.FileName}' with --n-fft {other.Templates.FftLength}, so that their bins are not the same; learn one of them anew with the --n-fft of the other, and separate with it");
        return options with
        {
            Nmf = options.Nmf with { Rank = Files.Sum(file => file.Templates.Rank) + Free, FixedTemplates = LearntTemplates.Join([.. Files.Select(file => file.Templates)]), AdaptIterations = AdaptIterations },
            Grouping = new GroupingOptions
            {
                Sources = Grouping(false).Sources,
                Method = GroupingMethod.Assigned,
                Assignment = [.. Files.SelectMany((file, i) => Enumerable.Repeat(i, file.Templates.Rank)), .. Enumerable.Repeat(Files.Count, Free)],
            },
        };
    }

    /// <exception cref="CliException">A dictionary belongs to another sampling rate or framing.</exception>
    public void RequireFit(SeparationOptions options, int sampleRateHz)
    {
        foreach (DictionaryFile file in Files)
            ErrorMessages.Refusing(ExitCodes.Input, () => file.Templates.RequireFit(options.Stft, sampleRateHz, $"--dictionary '{file.FileName}'"));
    }
}
