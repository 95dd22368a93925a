using Microsoft.Win32.SafeHandles;

namespace GpuNmf.Files;

/// <summary>A file for bytes that only this process reads. It has no name, so that whatever ends the program, nothing stays.</summary>
/// <remarks>Windows deletes no open file; there the name goes with the handle.</remarks>
internal sealed class NamelessFile : IDisposable
{
    private readonly SafeFileHandle _file;

    private NamelessFile(SafeFileHandle file) => _file = file;

    /// <param name="folder">On whose disk it lies.</param>
    /// <param name="bytes">Room that it has from the start; 0 for one that grows.</param>
    /// <exception cref="IOException">The folder is not there, or its disk has no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    internal static NamelessFile Create(string folder, long bytes = 0)
    {
        string path = Path.Combine(folder, $".gpunmf-{Guid.NewGuid():N}.spool");
        bool keepsName = OperatingSystem.IsWindows();
        try
        {
            return new NamelessFile(File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, keepsName ? FileOptions.DeleteOnClose : FileOptions.None, bytes));
        }
        finally
        {
            // Of a disk without room too, which leaves an empty file.
            if (!keepsName && File.Exists(path)) File.Delete(path);
        }
    }

    /// <summary>Writes at a position.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    internal void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_file, bytes, position);

    /// <summary>Waits until the disk has everything.</summary>
    internal void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>Fills a block from a position.</summary>
    /// <exception cref="EndOfStreamException">The file ends before.</exception>
    internal void Read(long position, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int n = RandomAccess.Read(_file, bytes, position);
            if (n == 0) throw new EndOfStreamException($"The spool ends at byte {position}.");
            bytes = bytes[n..];
            position += n;
        }
    }

    public void Dispose() => _file.Dispose();
}
