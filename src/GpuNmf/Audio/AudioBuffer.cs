namespace GpuNmf.Audio;

/// <summary>A recording in memory.</summary>
public sealed class AudioBuffer : IAudioSource
{
    private readonly float[] _interleaved;

    /// <summary>Wraps samples that are already interleaved; the array is not copied.</summary>
    /// <param name="interleaved">Sample frames x channels, channels fastest.</param>
    /// <param name="channels">Number of channels, at least 1.</param>
    /// <param name="sampleRateHz">Sampling rate in hertz, at least 1.</param>
    /// <exception cref="ArgumentException">The array's length is no multiple of <paramref name="channels"/>.</exception>
    public AudioBuffer(float[] interleaved, int channels, int sampleRateHz)
    {
        ArgumentNullException.ThrowIfNull(interleaved);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 1);
        if (interleaved.Length % channels != 0)
            throw new ArgumentException($"The array holds {interleaved.Length} samples, no multiple of {channels} channels.", nameof(interleaved));
        _interleaved = interleaved;
        Channels = channels;
        SampleRateHz = sampleRateHz;
    }

    /// <inheritdoc/>
    public int SampleRateHz { get; }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public long Length => _interleaved.Length / Channels;

    /// <summary>The samples, channels interleaved.</summary>
    public ReadOnlySpan<float> Interleaved => _interleaved;

    /// <summary>Reads a whole source into memory: 4 bytes a sample.</summary>
    /// <exception cref="ArgumentException">The source holds more samples, all channels together, than an array takes (2,147,483,591).</exception>
    public static AudioBuffer From(IAudioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        long samples = source.Length * source.Channels;
        if (samples > Array.MaxLength)
            throw new ArgumentException($"The source holds {samples} samples; a buffer in memory takes at most {Array.MaxLength}. Read it block by block instead.", nameof(source));
        var data = new float[samples];
        source.Read(0, data);
        return new AudioBuffer(data, source.Channels, source.SampleRateHz);
    }

    /// <summary>One channel, copied.</summary>
    public float[] Channel(int channel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(channel);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(channel, Channels);
        var samples = new float[Length];
        for (int i = 0; i < samples.Length; i++) samples[i] = _interleaved[i * Channels + channel];
        return samples;
    }

    /// <inheritdoc/>
    public void Read(long start, Span<float> interleaved)
    {
        SourceBlock.Check(this, start, interleaved);
        _interleaved.AsSpan((int)(start * Channels), interleaved.Length).CopyTo(interleaved);
    }
}
