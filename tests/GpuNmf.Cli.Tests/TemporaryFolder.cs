namespace GpuNmf.Cli.Tests;

/// <summary>A folder of a test's own, removed after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("gpunmf-").FullName;

    public string Root { get; }

    public string this[params string[] parts] => Path.Combine([Root, .. parts]);

    /// <summary>Names in the folder, sorted.</summary>
    public string[] Names => [.. Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
