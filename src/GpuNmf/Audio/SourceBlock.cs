namespace GpuNmf.Audio;

/// <summary>The rule that every <see cref="IAudioSource"/> has for the block asked of it.</summary>
internal static class SourceBlock
{
    /// <exception cref="ArgumentException">The block is no whole number of sample frames.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The block lies outside the recording.</exception>
    public static void Check(IAudioSource source, long start, ReadOnlySpan<float> interleaved)
    {
        if (interleaved.Length % source.Channels != 0)
            throw new ArgumentException($"The block holds {interleaved.Length} samples, no multiple of {source.Channels} channels.", nameof(interleaved));
        int frames = interleaved.Length / source.Channels;
        if (start < 0 || start > source.Length - frames)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{frames} sample frames from here do not fit in {source.Length}.");
    }
}
