using Microsoft.Win32.SafeHandles;

namespace GpuNmf.Audio.Codecs;

/// <summary>A file for bytes that are written once and read many times. It has no name, so that whatever ends the program, nothing stays.</summary>
/// <remarks>Windows deletes no open file; there the name goes with the last handle.</remarks>
internal sealed class Spool : IDisposable
{
    private const int BlockBytes = 1 << 17;

    private readonly SafeFileHandle _file;

    private Spool(SafeFileHandle file) => _file = file;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">The folder is not there, or takes no file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static Spool Create(string folder)
    {
        string path = Path.Combine(folder, $".gpunmf-{Guid.NewGuid():N}.spool");
        bool keepsName = OperatingSystem.IsWindows();
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, keepsName ? FileOptions.DeleteOnClose : FileOptions.None);
        if (!keepsName) File.Delete(path);
        return new Spool(file);
    }

    /// <summary>Appends all that a stream holds.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Append(Stream stream)
    {
        var block = new byte[BlockBytes];
        for (int n = stream.Read(block); n > 0; n = stream.Read(block))
        {
            RandomAccess.Write(_file, block.AsSpan(0, n), Length);
            Length += n;
        }
    }

    /// <summary>Fills a block from a position.</summary>
    /// <exception cref="EndOfStreamException">The spool ends before.</exception>
    public void Read(long position, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int n = RandomAccess.Read(_file, bytes, position);
            if (n == 0) throw new EndOfStreamException($"The decoded samples end at byte {position}.");
            bytes = bytes[n..];
            position += n;
        }
    }

    public void Dispose() => _file.Dispose();
}
