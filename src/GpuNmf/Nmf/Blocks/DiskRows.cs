using System.Globalization;
using System.Runtime.InteropServices;
using GpuNmf.Devices;
using GpuNmf.Files;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Rows of X in a file that nobody else sees: it has its room from the start, and vanishes with the process, however that ends.</summary>
internal sealed class DiskRows : ISpectrogramStore
{
    private const int PieceBytes = 8 << 20;

    private readonly NamelessFile _file;
    private readonly HostBuffer<float> _piece;
    private readonly int _rowsOfAPiece, _pitch;

    /// <param name="session">Device.</param>
    /// <param name="folder">Where the file lies; it must exist.</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="pitch">Floats of a row.</param>
    /// <param name="pieceBytes">Bytes on their way at a time, unless one row takes more.</param>
    /// <exception cref="SpoolException">The disk has no room for it.</exception>
    internal DiskRows(DeviceSession session, string folder, int rows, int pitch, int pieceBytes = PieceBytes)
    {
        _pitch = pitch;
        _rowsOfAPiece = Math.Clamp(pieceBytes / (sizeof(float) * pitch), 1, rows);
        _file = Open(folder, (long)rows * pitch * sizeof(float));
        try
        {
            _piece = session.AllocateHost<float>((long)_rowsOfAPiece * pitch);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public bool LoadsBeside => true;

    public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation)
    {
        for (int at = 0; at < count; at += _rowsOfAPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(_rowsOfAPiece, count - at);
            Read(PositionOf(first + at), MemoryMarshal.AsBytes(_piece.Span[..(rows * _pitch)]));
            target.UploadBeside(_piece, 0, rows * _pitch, (long)at * _pitch);
        }
    }

    public void Save(int first, int count, DeviceBuffer<float> source, CancellationToken cancellation)
    {
        for (int at = 0; at < count; at += _rowsOfAPiece)
        {
            cancellation.ThrowIfCancellationRequested();
            var values = _piece.Span[..(Math.Min(_rowsOfAPiece, count - at) * _pitch)];
            source.Download(values, (long)at * _pitch);
            Write(PositionOf(first + at), MemoryMarshal.AsBytes(values));
        }
    }

    public void Dispose()
    {
        _piece.Dispose();
        _file.Dispose();
    }

    private void Read(long position, Span<byte> bytes)
    {
        try
        {
            _file.Read(position, bytes);
        }
        catch (IOException exception)
        {
            throw new SpoolException($"The disk does not give the spectrogram back: {exception.Message} Start again, on another disk.", exception);
        }
    }

    private void Write(long position, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(position, bytes);
        }
        catch (IOException exception)
        {
            throw new SpoolException($"The disk does not take the spectrogram: {exception.Message} Make room, name another folder, or have it recomputed.", exception);
        }
    }

    private long PositionOf(int row) => (long)row * _pitch * sizeof(float);

    private static NamelessFile Open(string folder, long bytes)
    {
        try
        {
            return NamelessFile.Create(folder, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SpoolException(string.Create(CultureInfo.InvariantCulture, $"The spectrogram needs {bytes / 1e6:F0} MB of disk in '{folder}', and the disk does not give them: {exception.Message} Make room, name another folder, or have it recomputed."), exception);
        }
    }
}
