using System.CommandLine;
using System.Globalization;
using GpuNmf.Cli.Errors;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Commands;

/// <summary>What is minimised, from where, and for how long.</summary>
internal sealed class FactorisationArguments
{
    private const double MostSeconds = 1e9;
    private const string TimeRule = "a number of seconds above 0, at most 1e9";

    private readonly Option<string> _rank = OptionText.Valued("--rank", "K",
        "Number of components, 1..256. With --init-templates, the file's number of columns.", "8");
    private readonly Option<string> _loss = OptionText.Valued("--loss", "LOSS",
        "kl (Kullback-Leibler), frobenius, is (Itakura-Saito), or the beta of a beta-divergence, -1..4.", "kl");
    private readonly Option<string> _solver = OptionText.Valued("--solver", "NAME",
        "emu: extrapolated multiplicative updates, about half the iterations to the same loss; mu: plain ones, as scikit-learn's; cd: coordinate descent, with --loss frobenius.", "emu");
    private readonly Option<bool> _shuffle = OptionText.Flag("--shuffle", "With --solver cd: the components of every sweep in an order of their own, from --seed.");
    private readonly Option<string> _exponent = OptionText.Valued("--exponent", "RULE",
        "Exponent of the updates: mm (majorization-minimization) or fast (1; only with --solver mu and 0 <= beta < 1).", "mm");
    private readonly Option<string> _maxIterations = OptionText.Valued("--max-iter", "N", "Iterations at most, 1..1000000.", "200");
    private readonly Option<string> _tolerance = OptionText.Valued("--tol", "SHARE",
        "Stop when 10 iterations lower the error by less than this share of its start; 0 runs all iterations.", "1e-4");
    private readonly Option<string> _targetLoss = OptionText.Valued("--target-loss", "LOSS", "Stop when the loss, seen every 10 iterations, is at most this.");
    private readonly Option<string> _timeLimit = OptionText.Valued("--time-limit", "SECONDS", "Stop when the factorisation has taken this long, looked at every 10 iterations.");
    private readonly Option<string> _alphaTemplates = OptionText.Valued("--alpha-w", "WEIGHT",
        "Penalty on the templates beside the loss, at least 0, scaled as scikit-learn's alpha_W.", "0");
    private readonly Option<string> _alphaActivations = OptionText.Valued("--alpha-h", "WEIGHT",
        "Penalty on the activations, as scikit-learn's alpha_H; not given: that of --alpha-w. Alone and with --l1-ratio 1 it makes activations sparse, of templates with unit norm.");
    private readonly Option<string> _l1Ratio = OptionText.Valued("--l1-ratio", "SHARE",
        "Share of both penalties that weighs sums (which makes factors sparse), 0..1; the rest weighs squares.", "0");
    private readonly Option<string> _seed = OptionText.Valued("--seed", "N", "Seed of what the start leaves to chance, 0..2^64-1; the same on every device.", "0");
    private readonly Option<string> _restarts = OptionText.Valued("--restarts", "N",
        "Starts, 1..1024, with the seeds from --seed on; the one with the lowest loss (and penalties) is kept.", "1");
    private readonly Option<string> _start = OptionText.Valued("--init", "KIND",
        "Start: random; nndsvda or nndsvdar (singular vectors, zeros filled with the mean or small random numbers); nndsvd (zeros kept, which mu and emu refuse); kmeans (clusters of the frames).", "random");
    private readonly Option<string> _templates = OptionText.Valued("--init-templates", "FILE.npy",
        "Start of the templates, bins x components, not negative.");
    private readonly Option<string> _activations = OptionText.Valued("--init-activations", "FILE.npy",
        "Start of the activations, components x frames (x channels with --channels stack), not negative.");
    private readonly Option<string> _normalize = OptionText.Valued("--normalize", "WHAT",
        "templates: every template sums to 1, its activation takes the scale; none: as they come.", "none");

    /// <summary>The option that dictionaries decide.</summary>
    public Option Rank => _rank;

    /// <summary>Adds what models of every rank and loss may have in common: for commands that have those in the plural.</summary>
    public void AddUpdatesTo(Command command)
    {
        Option[] shared = [_solver, _shuffle, _exponent, _maxIterations, _tolerance, _alphaTemplates, _alphaActivations, _l1Ratio, _seed, _start];
        foreach (Option option in shared) command.Add(option);
    }

    public void AddTo(Command command)
    {
        AddWithoutScaleTo(command);
        command.Add(_normalize);
    }

    /// <summary>As <see cref="AddTo"/>, for a command whose templates have a scale of their own.</summary>
    public void AddWithoutScaleTo(Command command)
    {
        Option[] all =
        [
            _rank, _loss, _solver, _shuffle, _exponent, _maxIterations, _tolerance, _targetLoss, _timeLimit, _alphaTemplates, _alphaActivations, _l1Ratio,
            _seed, _restarts, _start, _templates, _activations,
        ];
        foreach (Option option in all) command.Add(option);
    }

    /// <summary>The start that files give, if any.</summary>
    public StartFiles ReadStart(ParseResult parsed) => StartFiles.Read(parsed.OptionalText(_templates), parsed.OptionalText(_activations));

    /// <summary>The options with that start, and the rank that it implies.</summary>
    /// <exception cref="CliException">The rank contradicts the start.</exception>
    public NmfOptions WithStart(ParseResult parsed, NmfOptions options, StartFiles start) => options with
    {
        Rank = start.ResolveRank(options.Rank, parsed.IsGiven(_rank)),
        InitialTemplates = start.Templates,
        InitialActivations = start.Activations,
    };

    /// <summary>Whether every template is to sum to 1.</summary>
    /// <exception cref="CliException">It is none of the choices.</exception>
    public bool ReadNormalize(ParseResult parsed) => parsed.Choice(_normalize, Words.Normalization);

    /// <summary>The options without a start from files, and without <see cref="ReadNormalize"/>.</summary>
    /// <exception cref="CliException">A value is no number or none of the choices.</exception>
    public NmfOptions Read(ParseResult parsed)
    {
        return ReadUpdates(parsed) with
        {
            Rank = parsed.WholeNumber(_rank, "a whole number in 1..256"),
            Beta = LossWords.Read(_loss, parsed.TextOf(_loss)),
            TargetLoss = parsed.OptionalNumber(_targetLoss, "a number of at least 0"),
            TimeLimit = parsed.OptionalNumber(_timeLimit, TimeRule) is { } seconds ? ReadSeconds(seconds, parsed.TextOf(_timeLimit)) : null,
            Restarts = parsed.WholeNumber(_restarts, "a whole number in 1..1024"),
        };
    }

    private TimeSpan ReadSeconds(double seconds, string text) =>
        seconds > 0 && seconds <= MostSeconds ? TimeSpan.FromSeconds(seconds) : throw OptionText.Wrong(_timeLimit, text, TimeRule);

    /// <summary>The part of <see cref="AddUpdatesTo"/>.</summary>
    /// <exception cref="CliException">A value is no number or none of the choices.</exception>
    public NmfOptions ReadUpdates(ParseResult parsed)
    {
        if (parsed.IsGiven(_l1Ratio) && !parsed.IsGiven(_alphaTemplates) && !parsed.IsGiven(_alphaActivations))
            throw new CliException(ExitCodes.Usage, $"{_l1Ratio.Name} shares out penalties, and there are none; give {_alphaTemplates.Name} or {_alphaActivations.Name}, or leave it out");
        return ReadShared(parsed);
    }

    private NmfOptions ReadShared(ParseResult parsed) => new()
    {
        Solver = parsed.Choice(_solver, Words.Solvers),
        Shuffle = parsed.GetValue(_shuffle),
        Exponent = parsed.Choice(_exponent, Words.Exponents),
        MaxIterations = parsed.WholeNumber(_maxIterations, "a whole number in 1..1000000"),
        Tolerance = parsed.Number(_tolerance, "a number of at least 0 and below 1"),
        AlphaTemplates = parsed.Number(_alphaTemplates, "a number of at least 0"),
        AlphaActivations = parsed.OptionalNumber(_alphaActivations, "a number of at least 0"),
        L1Ratio = parsed.Number(_l1Ratio, "a number in 0..1"),
        Seed = ReadSeed(parsed),
        Initialization = parsed.Choice(_start, Words.Starts),
    };

    private ulong ReadSeed(ParseResult parsed) =>
        ulong.TryParse(parsed.TextOf(_seed), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw OptionText.Wrong(_seed, parsed.TextOf(_seed), "a whole number in 0..18446744073709551615");
}
