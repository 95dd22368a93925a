using Xunit;

namespace GpuNmf.Tests;

/// <summary>The recordings and reference results that are too large, or not free enough, for the repository.</summary>
/// <remarks>
/// They lie in the folder named by GPUNMF_SHARED, else in <c>shared</c> beside the repository. Where they are absent a test
/// skips with the reason, unless GPUNMF_REQUIRE (a comma-separated list) contains <c>shared</c>: then it fails.
/// </remarks>
internal static class SharedData
{
    /// <summary>The folder that holds <c>data/</c>; it need not exist.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of a file or folder under <c>data/</c>; skips the running test where it is absent.</summary>
    /// <param name="relative">With forward slashes, such as <c>audio/MANIFEST.tsv</c>.</param>
    public static string Path(string relative)
    {
        string path = AbsolutePath(relative);
        if (Exists(path)) return path;
        string reason = $"There is no {path}; name the folder of the shared data in GPUNMF_SHARED.";
        if (IsRequired) Assert.Fail(reason + " GPUNMF_REQUIRE asks for it.");
        Assert.Skip(reason);
        return path;
    }

    /// <summary>As <see cref="Path"/>, but null where it is absent: for lists of test cases, which are made outside of a test.</summary>
    public static string? PathOrNull(string relative)
    {
        string path = AbsolutePath(relative);
        return Exists(path) ? path : null;
    }

    private static bool IsRequired => (Environment.GetEnvironmentVariable("GPUNMF_REQUIRE") ?? "")
        .Split(',', StringSplitOptions.TrimEntries)
        .Contains("shared", StringComparer.OrdinalIgnoreCase);

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static string AbsolutePath(string relative) =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, "data", relative));

    private static string FindRoot()
    {
        string? named = Environment.GetEnvironmentVariable("GPUNMF_SHARED");
        if (!string.IsNullOrEmpty(named)) return System.IO.Path.GetFullPath(named);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "GpuNmf.sln")))
                return System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.FullName, "..", "shared"));
        return System.IO.Path.Combine(AppContext.BaseDirectory, "shared");
    }
}
