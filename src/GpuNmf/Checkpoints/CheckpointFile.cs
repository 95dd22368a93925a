namespace GpuNmf.Checkpoints;

/// <summary>A checkpoint in a file, which is replaced only by a complete one that has reached the disk.</summary>
/// <param name="path">Where; the folder exists.</param>
public sealed class CheckpointFile(string path) : ICheckpointStore
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>True where there is a checkpoint.</summary>
    public bool Exists => File.Exists(path);

    /// <inheritdoc/>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public Stream? Open() => Exists ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes) : null;

    /// <inheritdoc/>
    /// <exception cref="IOException">The disk has no room, or the folder is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow it.</exception>
    public void Save(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string partial = path + ".new";
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Deletes it, if it is there.</summary>
    public void Delete()
    {
        File.Delete(path);
        File.Delete(path + ".new");
    }
}
