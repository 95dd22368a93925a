namespace GpuNmf.Benchmarks;

/// <summary>A folder that is gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("gpunmf-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
