using System.Globalization;
using Spectre.Console;

namespace GpuNmf.Cli.Progress;

/// <summary>One line on a terminal that is redrawn: stage, iteration, loss, bar, time left; of several recordings, one more with how many are done.</summary>
internal sealed class LiveProgress(TextWriter stderr, FilePlace? place = null) : ProgressDisplay
{
    public override T Run<T>(Func<IProgress<SeparationProgress>, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(stderr) });
        return console.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                if (place is not null) context.AddTask(Markup.Escape($"{place.Number - 1} of {place.Count} recordings"), maxValue: place.Count).Value = place.Number - 1;
                return work(new Reporter(context, place is null ? "" : Markup.Escape(place.Prefix)));
            });
    }

    private sealed class Reporter(ProgressContext context, string prefix) : IProgress<SeparationProgress>
    {
        private readonly Lock _gate = new();
        private SeparationStage _stage;
        private ProgressTask? _task;

        public void Report(SeparationProgress value)
        {
            lock (_gate)
            {
                if (_task is null || value.Stage != _stage)
                {
                    if (_task is not null) _task.Value = _task.MaxValue;
                    _task = context.AddTask(prefix + NameOf(value.Stage));
                    _stage = value.Stage;
                }
                string iteration = value.Stage == SeparationStage.Factorising ? $" {value.Completed}/{value.Total}" : "";
                string loss = value.Loss is { } l ? string.Create(CultureInfo.InvariantCulture, $", loss {l:G6}") : "";
                _task.Description = $"{prefix}{NameOf(value.Stage)}{iteration}{loss}";
                _task.MaxValue = Math.Max(1, value.Total);
                _task.Value = value.Completed;
            }
        }
    }
}
