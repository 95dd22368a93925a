using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace GpuNmf.Audio;

/// <summary>A WAV file, read block by block. Whoever opens it disposes of it.</summary>
/// <remarks>
/// Reads RIFF, RIFX, RF64 and BW64 files with PCM of 1 to 64 bits (8 and fewer unsigned, narrower samples left-justified in
/// their bytes), float of 32 or 64 bits, A-law and mu-law, any number of channels, chunks in any order.
/// Scale: 8 bits (u - 128) / 2^7, 16 bits and the values of both laws / 2^15, 24 bits / 2^23, and so on; what float32 cannot hold
/// is rounded once to the nearest. Float samples as they are. NaN and infinities in float files are handed on. Memory does not grow with the file or with what its header claims.
/// </remarks>
public sealed class WavSource : IAudioSource, IDisposable
{
    private const int BlockBytes = 12 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly WavHeader _header;

    private WavSource(SafeFileHandle file, string path, WavHeader header)
    {
        _file = file;
        _path = path;
        _header = header;
        Length = header.DataBytes / header.Format.FrameBytes;
    }

    /// <inheritdoc/>
    public int SampleRateHz => _header.Format.SampleRateHz;

    /// <inheritdoc/>
    public int Channels => _header.Format.Channels;

    /// <summary>Length in sample frames; 0 where the file holds no samples.</summary>
    public long Length { get; }

    /// <summary>How samples are stored, for people: "PCM 16", "PCM 24 in 32", "float 32", "A-law".</summary>
    public string Encoding => _header.Format.Encoding;

    /// <summary>What is wrong with the file although it could be read, one sentence each: cut off, sizes left open.</summary>
    public IReadOnlyList<string> Warnings => _header.Warnings;

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="AudioFormatException">The file is no WAV file, is damaged, or holds a codec that is not read; the message
    /// says which and what to do.</exception>
    public static WavSource Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new AudioFormatException($"{path} is a folder; name a WAV file in it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file {path}.", path);
        SafeFileHandle file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            return new WavSource(file, path, WavHeader.Read(file, path));
        }
        catch (NotSupportedException e)
        {
            file.Dispose();
            throw new AudioFormatException($"{path} is a pipe or device and cannot be read twice; save it to a file first.", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The block is no whole number of sample frames.</exception>
    /// <exception cref="ObjectDisposedException">The source was disposed of.</exception>
    /// <exception cref="AudioFormatException">The file has become shorter since it was opened.</exception>
    public void Read(long start, Span<float> interleaved)
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        SourceBlock.Check(this, start, interleaved);
        SampleFormat format = _header.Format.Sample;
        long position = _header.DataStart + start * _header.Format.FrameBytes;
        if (format.IsNativeFloat32)
        {
            Fill(position, MemoryMarshal.AsBytes(interleaved));
            return;
        }
        Span<byte> block = stackalloc byte[BlockBytes];
        while (!interleaved.IsEmpty)
        {
            int samples = Math.Min(interleaved.Length, BlockBytes / format.Bytes);
            Span<byte> stored = block[..(samples * format.Bytes)];
            Fill(position, stored);
            format.Decode(stored, interleaved[..samples]);
            interleaved = interleaved[samples..];
            position += stored.Length;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private void Fill(long position, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int n = RandomAccess.Read(_file, bytes, position);
            if (n == 0) throw new AudioFormatException($"{_path} now ends at byte {position}; it has become shorter since it was opened.");
            bytes = bytes[n..];
            position += n;
        }
    }
}
