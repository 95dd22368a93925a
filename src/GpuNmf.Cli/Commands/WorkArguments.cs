using System.CommandLine;
using GpuNmf.Cli.Errors;

namespace GpuNmf.Cli.Commands;

/// <summary>Planning work, and going on with it.</summary>
internal sealed class WorkArguments
{
    private const string IntervalRule = "a number of seconds in 0..86400";

    private readonly Option<bool> _plan = OptionText.Flag("--plan", "Say what the run would take in memory, disk and time, as measured on the device in a second, and do nothing else; --out may be left out.");
    private readonly Option<bool> _resume = OptionText.Flag("--resume",
        "Go on with what a run of the same recording and options that was killed or failed left in FOLDER.partial, if anything; stopped, it leaves its last checkpoint there.");
    private readonly Option<string> _interval = OptionText.Valued("--checkpoint-every", "SECONDS", "Time between two checkpoints of the factorisation, 0..86400; 0 is one after every iteration.", "60");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_plan, _resume, _interval]) command.Add(option);
    }

    /// <summary>True where nothing is to be done.</summary>
    public bool Plans(ParseResult parsed) => parsed.GetValue(_plan);

    /// <exception cref="CliException">A value is wrong, or two contradict each other.</exception>
    public WorkRequest Read(ParseResult parsed)
    {
        double seconds = parsed.Number(_interval, IntervalRule);
        if (seconds is < 0 or > 86400) throw OptionText.Wrong(_interval, parsed.TextOf(_interval), IntervalRule);
        bool resumes = parsed.GetValue(_resume);
        if (resumes && Plans(parsed)) throw new CliException(ExitCodes.Usage, $"{_plan.Name} does nothing that {_resume.Name} could go on with; leave one of them out");
        return new WorkRequest(Plans(parsed), resumes, TimeSpan.FromSeconds(seconds));
    }
}
