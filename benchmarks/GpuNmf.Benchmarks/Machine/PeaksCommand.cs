using System.Globalization;

namespace GpuNmf.Benchmarks.Machine;

/// <summary><c>-- peaks</c>: what the device does at best.</summary>
internal static class PeaksCommand
{
    internal const string Command = "peaks";

    internal static int Run()
    {
        using var session = BenchDevice.Open();
        var peaks = Peaks.Measure(session);
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(culture, $"{session.Entry.Name}, {session.Kind}, {session.Entry.Cores} cores: {peaks.FlopsASecond / 1e9:F1} GFLOP/s"));
        foreach (var size in peaks.Bandwidths)
            Console.WriteLine(string.Create(culture, $"{size.Bytes / 1e6,8:F0} MB: {size.Read / 1e9,8:F1} GB/s read, {size.Copy / 1e9,8:F1} GB/s copied"));
        return 0;
    }
}
