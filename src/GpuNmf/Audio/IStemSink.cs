namespace GpuNmf.Audio;

/// <summary>What the stems of one separation have in common.</summary>
/// <param name="Components">Number of stems.</param>
/// <param name="Channels">Channels of every stem, as in the input.</param>
/// <param name="SampleRateHz">Sampling rate in hertz, as in the input.</param>
/// <param name="Length">Sample frames of every stem, as in the input.</param>
public readonly record struct StemFormat(int Components, int Channels, int SampleRateHz, long Length)
{
    /// <exception cref="ArgumentOutOfRangeException">There are no components, channels or samples a second, or the length is negative.</exception>
    internal void Require()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Components, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SampleRateHz, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Length);
    }
}

/// <summary>Receives the separated parts block by block.</summary>
/// <remarks>For each component the blocks come in order and without gaps; components take turns block by block.</remarks>
public interface IStemSink
{
    /// <summary>Called once, before the first block.</summary>
    /// <param name="format">Every number is at least 1, the length at least 0.</param>
    /// <exception cref="InvalidOperationException">Called a second time.</exception>
    void Begin(StemFormat format);

    /// <summary>Takes one block of one component.</summary>
    /// <param name="component">0-based, in the order of the result.</param>
    /// <param name="start">First sample frame of the block.</param>
    /// <param name="interleaved">Frames x channels values; valid only during the call.</param>
    void Write(int component, long start, ReadOnlySpan<float> interleaved);
}
