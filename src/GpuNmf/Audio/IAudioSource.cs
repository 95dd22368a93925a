namespace GpuNmf.Audio;

/// <summary>A recording that can be read block by block, any block any number of times.</summary>
/// <remarks>
/// A <em>sample frame</em> is one sample of every channel. Positions are 64-bit, so sources of many hours are fine.
/// Samples are float32 with full scale at ±1; larger values are allowed and kept.
/// </remarks>
public interface IAudioSource
{
    /// <summary>Sampling rate in hertz, at least 1.</summary>
    int SampleRateHz { get; }

    /// <summary>Number of channels, at least 1.</summary>
    int Channels { get; }

    /// <summary>Length in sample frames (samples of one channel).</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="interleaved"/> with consecutive sample frames, channels interleaved.</summary>
    /// <param name="start">First sample frame, 0..<see cref="Length"/>.</param>
    /// <param name="interleaved">Receives frames x channels values; its length must be a multiple of <see cref="Channels"/>
    /// and must not reach past the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block lies outside the recording.</exception>
    void Read(long start, Span<float> interleaved);
}
