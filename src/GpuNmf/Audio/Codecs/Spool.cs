using GpuNmf.Files;

namespace GpuNmf.Audio.Codecs;

/// <summary>A file without a name for bytes that are written once, in a row, and read many times.</summary>
internal sealed class Spool : IDisposable
{
    private const int BlockBytes = 1 << 17;

    private readonly NamelessFile _file;

    private Spool(NamelessFile file) => _file = file;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <exception cref="IOException">The folder is not there, or takes no file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public static Spool Create(string folder) => new(NamelessFile.Create(folder));

    /// <summary>Appends all that a stream holds.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Append(Stream stream)
    {
        var block = new byte[BlockBytes];
        for (int n = stream.Read(block); n > 0; n = stream.Read(block))
        {
            _file.Write(Length, block.AsSpan(0, n));
            Length += n;
        }
    }

    /// <summary>Fills a block from a position.</summary>
    /// <exception cref="EndOfStreamException">The spool ends before.</exception>
    public void Read(long position, Span<byte> bytes) => _file.Read(position, bytes);

    public void Dispose() => _file.Dispose();
}
