using System.Globalization;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Progress;

/// <summary>Lines for a log: one at each stage's start, then one every tenth of the stage or every 10 seconds; of several recordings, every 10 seconds only.</summary>
internal sealed class PlainProgress(TextWriter stderr, TimeProvider clock, FilePlace? place = null) : ProgressDisplay, IProgress<SeparationProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private bool _isClosed;
    private SeparationStage? _stage;
    private long _stageBegin;
    private long _lastLine;
    private long _lastTenth;

    public override T Run<T>(Func<IProgress<SeparationProgress>, T> work)
    {
        try
        {
            return work(this);
        }
        finally
        {
            lock (_gate) _isClosed = true;
        }
    }

    public void Report(SeparationProgress value)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            long now = clock.GetTimestamp();
            long tenth = value.Total > 0 ? 10 * value.Completed / value.Total : 0;
            if (value.Stage != _stage)
            {
                (_stage, _stageBegin, _lastTenth) = (value.Stage, now, 0);
            }
            else if ((tenth == _lastTenth || place is not null) && clock.GetElapsedTime(_lastLine, now) < Interval)
            {
                return;
            }
            (_lastTenth, _lastLine) = (tenth, now);
            stderr.TryWriteLine(place?.Prefix + Line(value, clock.GetElapsedTime(_stageBegin, now)));
        }
    }

    private static string Line(SeparationProgress value, TimeSpan elapsed)
    {
        string amount = value.Stage == SeparationStage.Factorising
            ? $"iteration {value.Completed} of {value.Total}"
            : Invariant($"{(value.Total > 0 ? 100.0 * value.Completed / value.Total : 0):F0} %");
        string loss = value.Loss is { } l ? Invariant($", loss {l:G6}") : "";
        string left = value.Completed > 0 && value.Completed < value.Total
            ? Invariant($", {elapsed.TotalSeconds * (value.Total - value.Completed) / value.Completed:F0} s left")
            : "";
        return $"{NameOf(value.Stage)}: {amount}{loss}{left}";
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
