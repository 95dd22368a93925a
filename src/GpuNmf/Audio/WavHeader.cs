using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace GpuNmf.Audio;

/// <summary>Where the samples of a WAV file lie and what they are. Walks the chunks of RIFF, RIFX, RF64 and BW64 files.</summary>
/// <remarks>
/// Nothing is allocated by a number from the file: chunks are skipped by position, and sizes are cut at the file's end.
/// The walk ends as soon as both the fmt and the data chunk are known, in whichever order they come.
/// </remarks>
internal sealed class WavHeader
{
    private const int ChunkHeaderBytes = 8;
    private const int RiffHeaderBytes = 12;
    private const uint SizeElsewhere = uint.MaxValue;      // RF64: in the ds64 chunk; RIFF: not known when the header was written

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _fileBytes;
    private readonly List<string> _warnings = [];
    private bool _bigEndian;
    private bool _is64;
    private ulong _riffBytes;
    private ulong? _dataBytes64;
    private WavFormat? _format;
    private string? _brokenOff;

    private WavHeader(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
        _fileBytes = RandomAccess.GetLength(file);
    }

    /// <summary>What the fmt chunk says.</summary>
    public WavFormat Format => _format!;

    /// <summary>Position of the first sample in the file, in bytes.</summary>
    public long DataStart { get; private set; } = -1;

    /// <summary>Bytes of samples that the file really holds.</summary>
    public long DataBytes { get; private set; }

    /// <summary>What was wrong but could be read.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Reads the header of an open file.</summary>
    /// <exception cref="AudioFormatException">The file is no WAV file, is damaged, or holds a codec that is not read.</exception>
    public static WavHeader Read(SafeFileHandle file, string path)
    {
        var header = new WavHeader(file, path);
        header.ReadRiff();
        header.WalkChunks();
        header.CheckFrames();
        return header;
    }

    private void ReadRiff()
    {
        if (_fileBytes == 0) throw new AudioFormatException($"{_path} is empty (0 bytes); a WAV file starts with 'RIFF'. Copy or export it again.");
        Span<byte> riff = stackalloc byte[RiffHeaderBytes];
        riff = riff[..ReadAt(0, riff)];
        ReadOnlySpan<byte> magic = riff[..Math.Min(4, riff.Length)];
        _bigEndian = magic.SequenceEqual("RIFX"u8);
        _is64 = magic.SequenceEqual("RF64"u8) || magic.SequenceEqual("BW64"u8);
        if (!_bigEndian && !_is64 && !magic.SequenceEqual("RIFF"u8)) throw WavErrors.NotWav(_path, magic);
        if (riff.Length < RiffHeaderBytes)
            throw WavErrors.Damaged(_path, $"ends inside its header ({riff.Length} of {RiffHeaderBytes} bytes)");
        if (!riff[8..].SequenceEqual("WAVE"u8))
            throw WavErrors.Unsupported(_path, $"RIFF data of type {WavErrors.Quote(riff[8..])} instead of 'WAVE'");
        _riffBytes = UInt32(riff[4..]);
    }

    private void WalkChunks()
    {
        Span<byte> head = stackalloc byte[ChunkHeaderBytes];
        long at = RiffHeaderBytes;
        while (_format is null || DataStart < 0)
        {
            if (ReadAt(at, head) < ChunkHeaderBytes)
            {
                if (at < _fileBytes) _brokenOff = $"the chunk header at byte {at} is cut off";
                break;
            }
            if (!IsChunkName(head[..4]))
            {
                _brokenOff = $"no chunk begins at byte {at} ({WavErrors.Quote(head[..4])})";
                break;
            }
            long start = at + ChunkHeaderBytes;
            ulong bytes = Visit(head[..4], start, UInt32(head[4..]));
            if (bytes > (ulong)(_fileBytes - start))
            {
                _brokenOff = $"the chunk {WavErrors.Quote(head[..4])} at byte {at} claims {bytes} bytes and {_fileBytes - start} are left";
                break;
            }
            at = start + (long)bytes + (long)(bytes & 1);      // chunks begin at even positions
        }
        if (_format is null) throw Missing("fmt chunk, which says how samples are stored");
        if (DataStart < 0) throw Missing("data chunk, which holds the samples");
    }

    // Takes what a chunk says and returns its size.
    private ulong Visit(ReadOnlySpan<byte> name, long start, uint bytes)
    {
        if (name.SequenceEqual("fmt "u8) && _format is null) ReadFormat(start, bytes);
        else if (name.SequenceEqual("ds64"u8) && _is64) ReadSizes64(start, bytes);
        else if (name.SequenceEqual("data"u8) && DataStart < 0) return FindData(start, bytes);
        return bytes;
    }

    private void ReadFormat(long start, uint bytes)
    {
        if (bytes > _fileBytes - start)
            throw WavErrors.Damaged(_path, $"has a fmt chunk that claims {bytes} bytes where {_fileBytes - start} are left");
        Span<byte> chunk = stackalloc byte[(int)Math.Min(bytes, WavFormat.MaxChunkBytes)];
        _format = WavFormat.Parse(chunk[..ReadAt(start, chunk)], _bigEndian, _path, _warnings);
    }

    private void ReadSizes64(long start, uint bytes)
    {
        Span<byte> sizes = stackalloc byte[16];
        if (bytes < sizes.Length || ReadAt(start, sizes) < sizes.Length)
            throw WavErrors.Damaged(_path, $"has a ds64 chunk of {bytes} bytes, at least {sizes.Length} are needed");
        _riffBytes = BinaryPrimitives.ReadUInt64LittleEndian(sizes);
        _dataBytes64 = BinaryPrimitives.ReadUInt64LittleEndian(sizes[8..]);
    }

    private ulong FindData(long start, uint bytes)
    {
        ulong claimed = bytes == SizeElsewhere && _dataBytes64 is ulong large ? large : bytes;
        ulong left = (ulong)(_fileBytes - start);
        if (IsLeftOpen(claimed, start))
        {
            _warnings.Add($"The header leaves the length of the samples open; they are read to the end of the file ({left} bytes).");
            claimed = left;
        }
        else if (claimed > left)
            _warnings.Add($"The data chunk claims {claimed} bytes and the file holds {left}; it was cut off, and what is there is read.");
        DataStart = start;
        DataBytes = (long)Math.Min(claimed, left);
        return claimed;
    }

    // Programs that write to a pipe, or are stopped before they come back to the header, leave 0 or all ones. A data size of 0
    // is believed where the RIFF size agrees with it.
    private bool IsLeftOpen(ulong claimed, long start)
    {
        if (claimed == SizeElsewhere) return !_is64 || _dataBytes64 is null;
        bool riffUnset = _riffBytes is 0 or SizeElsewhere || _riffBytes <= (ulong)(start - ChunkHeaderBytes);
        return claimed == 0 && riffUnset && _fileBytes > start;
    }

    private void CheckFrames()
    {
        long rest = DataBytes % Format.FrameBytes;
        if (rest == 0) return;
        DataBytes -= rest;
        _warnings.Add($"The last sample frame holds {rest} of {Format.FrameBytes} bytes and is left out.");
    }

    private AudioFormatException Missing(string chunk) =>
        WavErrors.Damaged(_path, $"has no {chunk}{(_brokenOff is null ? "" : $" ({_brokenOff})")}");

    private static bool IsChunkName(ReadOnlySpan<byte> name) => !name.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E);

    private uint UInt32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private int ReadAt(long position, Span<byte> bytes)
    {
        int got = 0;
        while (got < bytes.Length)
        {
            int n = RandomAccess.Read(_file, bytes[got..], position + got);
            if (n == 0) break;
            got += n;
        }
        return got;
    }
}
