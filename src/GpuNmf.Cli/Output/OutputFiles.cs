namespace GpuNmf.Cli.Output;

/// <summary>Names of the files beside the stems; docs and scripts rely on them.</summary>
internal static class OutputFiles
{
    /// <summary>W, bins x components.</summary>
    public const string Templates = "templates.npy";

    /// <summary>H, components x columns.</summary>
    public const string Activations = "activations.npy";

    /// <summary>Everything about the run that is the same when it is repeated.</summary>
    public const string Result = "result.json";

    /// <summary>What differs from run to run: seconds and memory.</summary>
    public const string Timings = "timings.json";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> Fixed = [Templates, Activations, Result, Timings];

    /// <summary>A sweep's table, one line a loss and rank.</summary>
    public const string SweepTable = "sweep.csv";

    /// <summary>Everything about a sweep that is the same when it is repeated.</summary>
    public const string Sweep = "sweep.json";

    /// <summary>A sweep's final losses against the rank.</summary>
    public const string LossPlot = "sweep-loss.png";

    /// <summary>A sweep's stability against the rank.</summary>
    public const string StabilityPlot = "sweep-stability.png";

    /// <summary>What the unfinished work of a sweep belongs to; where it lies, the sweep can go on.</summary>
    public const string SweepWork = "sweep-work.json";

    /// <summary>The finished models of unfinished work, a line each.</summary>
    public const string SweepModels = "sweep-models.jsonl";

    /// <summary>How far an unfinished separation is; where it lies, the separation can go on.</summary>
    public const string Checkpoint = "checkpoint.gpunmf";

    /// <summary>All that only unfinished separations have.</summary>
    public static readonly IReadOnlyList<string> OfWork = [Checkpoint, Checkpoint + ".new"];

    /// <summary>All that a sweep has beside <see cref="Timings"/> and factors.</summary>
    public static readonly IReadOnlyList<string> OfSweep = [SweepTable, Sweep, LossPlot, StabilityPlot, SweepWork, SweepModels];
}
