using System.CommandLine;
using System.Globalization;
using GpuNmf.Cli.Errors;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Commands;

/// <summary>What is minimised, from where, and for how long.</summary>
internal sealed class FactorisationArguments
{
    private readonly Option<string> _rank = OptionText.Valued("--rank", "K",
        "Number of components, 1..256. With --init-templates, the file's number of columns.", "8");
    private readonly Option<string> _loss = OptionText.Valued("--loss", "LOSS",
        "kl (Kullback-Leibler), frobenius, is (Itakura-Saito), or the beta of a beta-divergence, -1..4.", "kl");
    private readonly Option<string> _solver = OptionText.Valued("--solver", "NAME",
        "emu: extrapolated multiplicative updates, about half the iterations to the same loss; mu: plain ones, as scikit-learn's.", "emu");
    private readonly Option<string> _exponent = OptionText.Valued("--exponent", "RULE",
        "Exponent of the updates: mm (majorization-minimization) or fast (1; only with --solver mu and 0 <= beta < 1).", "mm");
    private readonly Option<string> _maxIterations = OptionText.Valued("--max-iter", "N", "Iterations at most, 1..1000000.", "200");
    private readonly Option<string> _tolerance = OptionText.Valued("--tol", "SHARE",
        "Stop when 10 iterations lower the error by less than this share of its start; 0 runs all iterations.", "1e-4");
    private readonly Option<string> _seed = OptionText.Valued("--seed", "N", "Seed of what the start leaves to chance, 0..2^64-1; the same on every device.", "0");
    private readonly Option<string> _restarts = OptionText.Valued("--restarts", "N",
        "Starts, 1..1024, with the seeds from --seed on; the one with the lowest loss is kept.", "1");
    private readonly Option<string> _start = OptionText.Valued("--init", "KIND",
        "Start: random; nndsvda or nndsvdar (singular vectors, zeros filled with the mean or small random numbers); nndsvd (zeros kept, which mu and emu refuse); kmeans (clusters of the frames).", "random");
    private readonly Option<string> _templates = OptionText.Valued("--init-templates", "FILE.npy",
        "Start of the templates, bins x components, not negative.");
    private readonly Option<string> _activations = OptionText.Valued("--init-activations", "FILE.npy",
        "Start of the activations, components x frames (x channels with --channels stack), not negative.");
    private readonly Option<string> _normalize = OptionText.Valued("--normalize", "WHAT",
        "templates: every template sums to 1, its activation takes the scale; none: as they come.", "none");

    public void AddTo(Command command)
    {
        Option[] all = [_rank, _loss, _solver, _exponent, _maxIterations, _tolerance, _seed, _restarts, _start, _templates, _activations, _normalize];
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

    /// <summary>The options without a start from files.</summary>
    /// <exception cref="CliException">A value is no number or none of the choices.</exception>
    public NmfOptions Read(ParseResult parsed)
    {
        return new NmfOptions
        {
            Rank = parsed.WholeNumber(_rank, "a whole number in 1..256"),
            Beta = ReadBeta(parsed.TextOf(_loss)),
            Solver = parsed.Choice(_solver, Words.Solvers),
            Exponent = parsed.Choice(_exponent, Words.Exponents),
            MaxIterations = parsed.WholeNumber(_maxIterations, "a whole number in 1..1000000"),
            Tolerance = parsed.Number(_tolerance, "a number of at least 0 and below 1"),
            Initialization = parsed.Choice(_start, Words.Starts),
            Seed = ReadSeed(parsed),
            Restarts = parsed.WholeNumber(_restarts, "a whole number in 1..1024"),
            NormalizeTemplates = parsed.Choice(_normalize, Words.Normalization),
        };
    }

    private double ReadBeta(string text) => text switch
    {
        "kl" => 1,
        "frobenius" => 2,
        "is" => 0,
        _ when OptionText.TryNumber(text, out double beta) => beta,
        _ => throw OptionText.Wrong(_loss, text, "kl, frobenius, is, or a number in -1..4 (the beta of the divergence)"),
    };

    private ulong ReadSeed(ParseResult parsed) =>
        ulong.TryParse(parsed.TextOf(_seed), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : throw OptionText.Wrong(_seed, parsed.TextOf(_seed), "a whole number in 0..18446744073709551615");
}
