using GpuNmf.Devices;

namespace GpuNmf.Nmf.Blocks;

/// <summary>Rows of X in pinned memory of the host, from which they go to the device at the full rate of its bus.</summary>
internal sealed class HostRows : ISpectrogramStore
{
    private const long PieceBytes = 256L << 20;

    private readonly HostBuffer<float>[] _pieces;
    private readonly int _rowsOfAPiece, _pitch;

    /// <param name="session">Device.</param>
    /// <param name="rows">Rows of X.</param>
    /// <param name="pitch">Floats of a row.</param>
    /// <param name="pieceBytes">Bytes of a piece of memory, unless one row takes more.</param>
    internal HostRows(DeviceSession session, int rows, int pitch, long pieceBytes = PieceBytes)
    {
        _pitch = pitch;
        _rowsOfAPiece = (int)Math.Clamp(pieceBytes / (sizeof(float) * pitch), 1, rows);
        _pieces = new HostBuffer<float>[(rows - 1) / _rowsOfAPiece + 1];
        try
        {
            for (int i = 0; i < _pieces.Length; i++) _pieces[i] = session.AllocateHost<float>(Math.Min(_rowsOfAPiece, rows - (long)i * _rowsOfAPiece) * pitch);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool LoadsBeside => true;

    public void Load(int first, int count, DeviceBuffer<float> target, CancellationToken cancellation)
    {
        foreach (var (piece, row, at, rows) in Pieces(first, count))
        {
            cancellation.ThrowIfCancellationRequested();
            target.UploadBeside(piece, row * _pitch, rows * _pitch, (long)at * _pitch);
        }
    }

    public void Save(int first, int count, DeviceBuffer<float> source, CancellationToken cancellation)
    {
        foreach (var (piece, row, at, rows) in Pieces(first, count))
        {
            cancellation.ThrowIfCancellationRequested();
            source.Download(piece.Span.Slice(row * _pitch, rows * _pitch), (long)at * _pitch);
        }
    }

    public void Dispose()
    {
        foreach (var piece in _pieces) piece?.Dispose();
    }

    /// <summary>Rows <c>Row</c>.. of a piece, which are rows <c>At</c>.. of those asked for.</summary>
    private IEnumerable<(HostBuffer<float> Piece, int Row, int At, int Rows)> Pieces(int first, int count)
    {
        for (int at = 0; at < count;)
        {
            int row = (first + at) % _rowsOfAPiece, rows = Math.Min(_rowsOfAPiece - row, count - at);
            yield return (_pieces[(first + at) / _rowsOfAPiece], row, at, rows);
            at += rows;
        }
    }
}
