using System.Globalization;

namespace GpuNmf.Cli.Output;

/// <summary>How a factorisation went, in the words of every command.</summary>
internal static class FitText
{
    /// <summary>Iterations, whether it converged, and the last loss.</summary>
    public static string End(FitReport fit)
    {
        string loss = fit.LossTrace.Count > 0 ? Invariant($", loss {fit.LossTrace[^1].Loss:G6}") : "";
        return Invariant($"{fit.Iterations} iterations, {(fit.Converged ? "converged" : "not converged")}{loss}");
    }

    /// <summary>A line about several starts; null where there was one.</summary>
    public static string? Starts(FitReport fit) => fit.Restarts.Count > 1
        ? Invariant($"{fit.Restarts.Count} starts: losses {fit.Restarts.Min(start => start.Loss):G6} to {fit.Restarts.Max(start => start.Loss):G6}, kept seed {fit.Seed}")
        : null;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
