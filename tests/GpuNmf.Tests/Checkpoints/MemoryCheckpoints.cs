using GpuNmf.Checkpoints;

namespace GpuNmf.Tests.Checkpoints;

/// <summary>Keeps every checkpoint that was saved.</summary>
internal sealed class MemoryCheckpoints : ICheckpointStore
{
    /// <summary>All of them, in this order.</summary>
    internal List<byte[]> Saved { get; } = [];

    /// <summary>What is there at the start.</summary>
    internal byte[]? Kept { get; init; }

    public Stream? Open() => (Saved.Count > 0 ? Saved[^1] : Kept) is { } bytes ? new MemoryStream(bytes) : null;

    public void Save(Action<Stream> write)
    {
        using var bytes = new MemoryStream();
        write(bytes);
        Saved.Add(bytes.ToArray());
    }
}
