namespace GpuNmf.Cli.Progress;

/// <summary>Shows how far a separation is while it runs.</summary>
internal abstract class ProgressDisplay
{
    /// <summary>A live line on a terminal, plain lines in a log, nothing when quiet.</summary>
    /// <param name="stderr">Where it is shown.</param>
    /// <param name="isTalkative">False shows nothing.</param>
    /// <param name="place">Which of several recordings it is; null where there is one.</param>
    public static ProgressDisplay Choose(TextWriter stderr, bool isTalkative, FilePlace? place = null)
    {
        if (!isTalkative) return new NoProgress();
        bool isTerminal = ReferenceEquals(stderr, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return isTerminal ? new LiveProgress(stderr, place) : new PlainProgress(stderr, TimeProvider.System, place);
    }

    /// <summary>Runs the work; reports may come from any thread, and are ignored after the return.</summary>
    public abstract T Run<T>(Func<IProgress<SeparationProgress>, T> work);

    /// <inheritdoc cref="Run{T}"/>
    public void Run(Action<IProgress<SeparationProgress>> work) => Run(progress =>
    {
        work(progress);
        return true;
    });

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
