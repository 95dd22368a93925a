using System.Globalization;

namespace GpuNmf.Cli.Commands;

/// <summary>Numbers of bytes as people write them.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, double Bytes)[] s_units =
    [
        ("kib", 1L << 10), ("mib", 1L << 20), ("gib", 1L << 30), ("tib", 1L << 40),
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("k", 1e3), ("m", 1e6), ("g", 1e9), ("t", 1e12), ("b", 1), ("", 1),
    ];

    /// <summary>Reads a size: a number, at once or behind a space one of B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024), in small letters too, or bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        (string unit, double scale) = Array.Find(s_units, unit => text.EndsWith(unit.Unit, StringComparison.OrdinalIgnoreCase));
        if (!double.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || number * scale > long.MaxValue / 2) return false;
        bytes = (long)(number * scale);
        return true;
    }

    /// <summary>Such as <c>1.34 GB</c>.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB"),
    };
}
