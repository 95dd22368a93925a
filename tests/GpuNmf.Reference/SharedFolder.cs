namespace GpuNmf.Reference;

/// <summary>
/// Where the recordings and golden results lie that are too large, or not licensed, to be part of the repository:
/// the folder named by GPUNMF_SHARED, else <c>shared</c> beside the repository. Its files are under <c>data/</c>.
/// </summary>
public static class SharedFolder
{
    /// <summary>The folder, or null where it is absent.</summary>
    public static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("GPUNMF_SHARED");
        if (!string.IsNullOrEmpty(named)) return HasData(named) ? Path.GetFullPath(named) : null;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "GpuNmf.sln"))) continue;
            string beside = Path.GetFullPath(Path.Combine(at.FullName, "..", "shared"));
            return HasData(beside) ? beside : null;
        }
        return null;
    }

    /// <summary>True when GPUNMF_REQUIRE (comma-separated) names <c>shared</c>: then its absence is a failure and not a skip.</summary>
    public static bool IsRequired =>
        (Environment.GetEnvironmentVariable("GPUNMF_REQUIRE") ?? "").Split(',', StringSplitOptions.TrimEntries).Contains("shared");

    private static bool HasData(string folder) => Directory.Exists(Path.Combine(folder, "data"));
}
