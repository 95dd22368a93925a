namespace GpuNmf.Audio;

/// <summary>Keeps the stems in memory: a convenience for short recordings.</summary>
/// <remarks>It holds <see cref="BytesFor"/> bytes; an hour of 44.1 kHz stereo in 8 stems is 10 GB. Use files for that.</remarks>
public sealed class StemBuffer : IStemSink
{
    private float[][] _stems = [];
    private StemFormat _format;

    /// <summary>Bytes that the stems of a format take in memory.</summary>
    /// <exception cref="OverflowException">They are more than a 64-bit number counts.</exception>
    public static long BytesFor(StemFormat format) => checked(4L * format.Components * format.Channels * format.Length);

    /// <summary>The finished stems, in the order of the result.</summary>
    public IReadOnlyList<AudioBuffer> Stems => Array.ConvertAll(_stems, s => new AudioBuffer(s, _format.Channels, _format.SampleRateHz));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least.</exception>
    /// <exception cref="ArgumentException">A stem holds more samples, all channels together, than an array takes (2,147,483,591).</exception>
    public void Begin(StemFormat format)
    {
        if (_stems.Length > 0) throw new InvalidOperationException("Begin was called before; a sink takes one separation.");
        format.Require();
        if (format.Length > Array.MaxLength / format.Channels)
            throw new ArgumentException($"A stem holds {format.Length} sample frames of {format.Channels} channels; in memory at most {Array.MaxLength} values fit. Write to files instead.", nameof(format));
        long samples = format.Length * format.Channels;
        _format = format;
        _stems = new float[format.Components][];
        for (int k = 0; k < _stems.Length; k++) _stems[k] = new float[samples];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such component, or no such sample frame.</exception>
    /// <exception cref="ArgumentException">The block is no whole number of sample frames, or reaches past the end.</exception>
    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(component);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(component, _stems.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, _format.Length);
        if (interleaved.Length % _format.Channels != 0)
            throw new ArgumentException($"The block holds {interleaved.Length} samples, no multiple of {_format.Channels} channels.", nameof(interleaved));
        long end = start + interleaved.Length / _format.Channels;
        if (end > _format.Length)
            throw new ArgumentException($"Component {component} would reach sample frame {end}; its length is {_format.Length}.", nameof(interleaved));
        interleaved.CopyTo(_stems[component].AsSpan((int)(start * _format.Channels)));
    }
}
