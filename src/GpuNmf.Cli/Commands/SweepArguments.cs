using System.CommandLine;
using GpuNmf.Cli.Errors;
using GpuNmf.Masking;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Commands;

/// <summary>What a sweep goes over, and what it leaves.</summary>
internal sealed class SweepArguments
{
    private readonly Option<string> _ranks = OptionText.Valued("--ranks", "LIST",
        "Numbers of components, 1..256: 2..16, 2..16:2 (every second), 2,3,5, or several of these joined by commas.", "2..16");
    private readonly Option<string> _losses = OptionText.Valued("--loss", "LIST",
        "kl, frobenius, is, or the beta of a beta-divergence, -1..4; several, joined by commas, share the spectrogram.", "kl");
    private readonly Option<string> _restarts = OptionText.Valued("--restarts", "N",
        "Random starts of each rank and loss, 1..1024, with the seeds from --seed on; stability needs 2, a sure pick 4.", "8");
    private readonly Option<string> _channels = OptionText.Valued("--channels", "MODE",
        "joint (root of the mean power), stack (the frames of every channel, shared templates) or mono (the mean is factorised).", "joint");
    private readonly Option<string> _keep = OptionText.Valued("--keep", "WHAT",
        "Factors that are written: none, best (of each rank and loss) or all (of every start).", "none");
    private readonly Option<bool> _pick = OptionText.Flag("--pick", "Say which rank to take, the largest stable one, and how sure that is.");
    private readonly Option<bool> _resume = OptionText.Flag("--resume", "Go on with what an interrupted sweep of the same recording and options left in FOLDER.partial, if anything.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_ranks, _losses, _restarts, _channels, _keep, _pick, _resume]) command.Add(option);
    }

    /// <summary>The options without framing and updates.</summary>
    /// <exception cref="CliException">A value is no number or none of the choices.</exception>
    public SweepOptions Read(ParseResult parsed, SweepOptions options)
    {
        double[] betas = [.. parsed.TextOf(_losses).Split(',').Select(text => LossWords.Read(_losses, text))];
        if (betas.Distinct().Count() < betas.Length)
            throw new CliException(ExitCodes.Usage, $"{_losses.Name} is '{parsed.TextOf(_losses)}', which names a loss twice; name each once");
        int restarts = parsed.WholeNumber(_restarts, "a whole number in 1..1024");
        if (parsed.GetValue(_pick) && restarts == 1)
            throw new CliException(ExitCodes.Usage, $"{_pick.Name} compares starts and {_restarts.Name} is 1; take at least 2, better 4 or more");
        if (!parsed.IsGiven(_restarts) && LeavesNothingToChance(options.Nmf))
            throw new CliException(ExitCodes.Usage, $"{_restarts.Name} is {restarts} unless it is given, but --init {Words.Starts.For(options.Nmf.Initialization)} leaves nothing to chance: every start would be the same; take {_restarts.Name} 1, which says nothing about stability, or --init nndsvdar, kmeans or random");
        return options with
        {
            Ranks = NumberList.Read(_ranks, parsed.TextOf(_ranks)),
            Betas = betas,
            Channels = parsed.Choice(_channels, Words.Channels),
            Nmf = options.Nmf with { Restarts = restarts },
        };
    }

    // nndsvd is refused for another reason where the solver cannot leave zero.
    private static bool LeavesNothingToChance(NmfOptions nmf) =>
        nmf.Initialization is NmfInitialization.NndsvdA || nmf is { Initialization: NmfInitialization.Nndsvd, Solver: NmfSolver.CoordinateDescent };

    public KeptFactors ReadKeep(ParseResult parsed) => parsed.Choice(_keep, Words.Keeps);

    public bool ReadPick(ParseResult parsed) => parsed.GetValue(_pick);

    public bool ReadResume(ParseResult parsed) => parsed.GetValue(_resume);
}
