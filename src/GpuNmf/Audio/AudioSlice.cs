using System.Globalization;

namespace GpuNmf.Audio;

/// <summary>A part of another source. It does not own that source.</summary>
public sealed class AudioSlice : IAudioSource
{
    private readonly IAudioSource _source;
    private readonly long _start;

    /// <summary>Takes a part by sample frames.</summary>
    /// <param name="source">Stays open as long as the slice is read; its opener closes it.</param>
    /// <param name="start">First sample frame, 0..length of the source.</param>
    /// <param name="length">Sample frames, 0..what is left from <paramref name="start"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part lies outside the source.</exception>
    public AudioSlice(IAudioSource source, long start, long length)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (start < 0 || start > source.Length)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"start must lie in 0..{source.Length}, the length of the source.");
        if (length < 0 || length > source.Length - start)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"length must lie in 0..{source.Length - start}, what is left from {start}.");
        _source = source;
        _start = start;
        Length = length;
    }

    /// <inheritdoc/>
    public int SampleRateHz => _source.SampleRateHz;

    /// <inheritdoc/>
    public int Channels => _source.Channels;

    /// <inheritdoc/>
    public long Length { get; }

    /// <summary>Takes a part by seconds, each rounded to the nearest sample frame.</summary>
    /// <param name="source">Stays open as long as the slice is read; its opener closes it.</param>
    /// <param name="startSeconds">Start in seconds, at least 0 and before the end.</param>
    /// <param name="durationSeconds">Length in seconds, above 0; null, or past the end, is up to the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative or no number, the start is not before the end, or the
    /// duration is shorter than one sample frame.</exception>
    public static AudioSlice FromSeconds(IAudioSource source, double startSeconds, double? durationSeconds = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        double rate = source.SampleRateHz;
        if (!(startSeconds >= 0) || Math.Round(startSeconds * rate) >= source.Length)
            throw new ArgumentOutOfRangeException(nameof(startSeconds), startSeconds,
                $"startSeconds must be at least 0 and before the end of the recording, which lasts {Seconds(source.Length / rate)} s.");
        long start = (long)Math.Round(startSeconds * rate);
        long left = source.Length - start;
        if (durationSeconds is not double duration) return new AudioSlice(source, start, left);
        double frames = Math.Round(duration * rate);
        if (!(frames >= 1))
            throw new ArgumentOutOfRangeException(nameof(durationSeconds), duration,
                $"durationSeconds must be at least one sample frame, {Seconds(1 / rate)} s at {source.SampleRateHz} Hz.");
        return new AudioSlice(source, start, frames >= left ? left : (long)frames);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The block is no whole number of sample frames.</exception>
    public void Read(long start, Span<float> interleaved)
    {
        SourceBlock.Check(this, start, interleaved);
        _source.Read(_start + start, interleaved);
    }

    private static string Seconds(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
