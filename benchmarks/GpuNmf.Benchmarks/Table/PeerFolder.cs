namespace GpuNmf.Benchmarks.Table;

/// <summary>Where the other programs' scripts lie, and what runs them.</summary>
internal static class PeerFolder
{
    /// <summary>GPUNMF_BENCH_PEERS, else benchmarks/peers of the repository around this program.</summary>
    internal static string Path { get; } = Environment.GetEnvironmentVariable("GPUNMF_BENCH_PEERS") is { Length: > 0 } named
        ? named
        : System.IO.Path.Combine(Root ?? AppContext.BaseDirectory, "benchmarks", "peers");

    /// <summary>GPUNMF_BENCH_PYTHON, else python3.</summary>
    internal static string Python { get; } = Environment.GetEnvironmentVariable("GPUNMF_BENCH_PYTHON") is { Length: > 0 } named ? named : "python3";

    /// <summary>The repository around this program, or null.</summary>
    internal static string? Root
    {
        get
        {
            for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
                if (File.Exists(System.IO.Path.Combine(at.FullName, "GpuNmf.sln")))
                    return at.FullName;
            return null;
        }
    }
}
