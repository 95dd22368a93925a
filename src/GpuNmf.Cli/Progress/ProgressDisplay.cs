namespace GpuNmf.Cli.Progress;

/// <summary>Shows how far a separation is while it runs.</summary>
internal abstract class ProgressDisplay
{
    /// <summary>A live line on a terminal, plain lines in a log, nothing when quiet.</summary>
    public static ProgressDisplay Choose(TextWriter stderr, bool isTalkative)
    {
        if (!isTalkative) return new NoProgress();
        bool isTerminal = ReferenceEquals(stderr, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return isTerminal ? new LiveProgress(stderr) : new PlainProgress(stderr, TimeProvider.System);
    }

    /// <summary>Runs the work; reports may come from any thread, and are ignored after the return.</summary>
    public abstract T Run<T>(Func<IProgress<SeparationProgress>, T> work);

    /// <summary>What the stage is called.</summary>
    protected static string NameOf(SeparationStage stage) => stage switch
    {
        SeparationStage.Transforming => "transforming",
        SeparationStage.Factorising => "factorising",
        SeparationStage.Grouping => "grouping",
        _ => "writing",
    };

    private sealed class NoProgress : ProgressDisplay, IProgress<SeparationProgress>
    {
        public override T Run<T>(Func<IProgress<SeparationProgress>, T> work) => work(this);

        public void Report(SeparationProgress value)
        {
        }
    }
}
