using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuNmf.Audio.Codecs;

/// <summary>Samples that were decoded once, into a file without a name that takes 4 bytes a sample and is gone when this is disposed of.</summary>
public sealed class DecodedSound : IAudioSource, IDisposable
{
    private readonly Spool _spool;
    private readonly long _dataStart;

    /// <param name="spool">A header and float32 samples, big-endian, channels interleaved; owned from now on.</param>
    /// <param name="header">What the samples are and where they begin.</param>
    /// <param name="warnings">One sentence each.</param>
    internal DecodedSound(Spool spool, AuHeader header, IReadOnlyList<string> warnings)
    {
        _spool = spool;
        _dataStart = header.Bytes;
        Channels = header.Channels;
        SampleRateHz = header.SampleRateHz;
        Length = header.Frames(spool.Length);
        Warnings = warnings;
    }

    /// <inheritdoc/>
    public int SampleRateHz { get; }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>What was wrong with the file although it could be decoded, one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The block is no whole number of sample frames.</exception>
    /// <exception cref="ObjectDisposedException">The sound was disposed of.</exception>
    public void Read(long start, Span<float> interleaved)
    {
        SourceBlock.Check(this, start, interleaved);
        Span<byte> bytes = MemoryMarshal.AsBytes(interleaved);
        _spool.Read(_dataStart + start * Channels * sizeof(float), bytes);
        if (!BitConverter.IsLittleEndian) return;
        Span<int> words = MemoryMarshal.Cast<byte, int>(bytes);
        BinaryPrimitives.ReverseEndianness(words, words);
    }

    /// <summary>Gives the samples up.</summary>
    public void Dispose() => _spool.Dispose();
}
