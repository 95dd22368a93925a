using System.Globalization;

namespace GpuNmf.Benchmarks.Table;

/// <summary>What a row shall reach.</summary>
/// <param name="Text">As the table prints it.</param>
/// <param name="IsMet">Null where the row has not what it takes to say.</param>
internal sealed record Target(string Text, Func<Row, bool?> IsMet)
{
    /// <summary>At least so many times as fast, or as small, as the peer.</summary>
    internal static Target Times(double factor) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{factor:0.##}x"), row => row.Ratio is { } ratio ? ratio >= factor : null);

    /// <summary>At most so many times as slow as the peer.</summary>
    internal static Target Within(double factor) =>
        new(string.Create(CultureInfo.InvariantCulture, $"at most {factor:0.##} of theirs"), row => row.Ratio is { } ratio ? ratio >= 1 / factor : null);

    /// <summary>At most so many times as long as one reading of some bytes at the bandwidth of a copy.</summary>
    internal static Target WithinReading(double factor, double seconds) => new(
        string.Create(CultureInfo.InvariantCulture, $"within {factor:0.##}x of one read of X ({1e3 * seconds:G3} ms)"), row => row.OursMedian <= factor * 1e3 * seconds);

    /// <summary>At least this share of the measured single-precision peak.</summary>
    internal static Target ShareOfPeak(double share) => new(
        string.Create(CultureInfo.InvariantCulture, $"{share:P0} of the peak"), row => row.ShareOfPeak is { } reached ? reached >= share : null);

    /// <summary>Less than so much, in the row's unit.</summary>
    internal static Target Under(double value, string unit) => new(
        string.Create(CultureInfo.InvariantCulture, $"under {value:G3} {unit}"), row => row.OursMedian < value);
}
