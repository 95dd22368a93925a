using System.Globalization;
using GpuNmf.Nmf;

namespace GpuNmf.Cli.Output;

/// <summary>How a factorisation went, in the words of every command.</summary>
internal static class FitText
{
    /// <summary>Iterations, whether it converged, and the last loss.</summary>
    public static string End(int iterations, bool converged, IReadOnlyList<LossPoint> trace)
    {
        string loss = trace.Count > 0 ? Invariant($", loss {trace[^1].Loss:G6}") : "";
        return Invariant($"{iterations} iterations, {(converged ? "converged" : "not converged")}{loss}");
    }

    /// <summary>A line about several starts; null where there was one.</summary>
    public static string? Starts(IReadOnlyList<RestartOutcome> starts, ulong kept) => starts.Count > 1
        ? Invariant($"{starts.Count} starts: losses {starts.Min(start => start.Loss):G6} to {starts.Max(start => start.Loss):G6}, kept seed {kept}")
        : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
