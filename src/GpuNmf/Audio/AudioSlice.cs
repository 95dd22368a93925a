using System.Globalization;

namespace GpuNmf.Audio;

/// <summary>A part of another source. It does not own that source.</summary>
public sealed class AudioSlice : IAudioSource
{
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
        Source = source;
        Start = start;
        Length = length;
    }

    /// <inheritdoc/>
    public int SampleRateHz => Source.SampleRateHz;

    /// <inheritdoc/>
    public int Channels => Source.Channels;

    /// <summary>What this is a part of.</summary>
    public IAudioSource Source { get; }

    /// <summary>Where the part begins in its source, in sample frames.</summary>
    public long Start { get; }

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
        Source.Read(Start + start, interleaved);
    }

    private static string Seconds(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
