namespace GpuNmf.Audio;

/// <summary>Writes a recording to a WAV file in one call.</summary>
public static class WavFile
{
    private const int BlockSamples = 1 << 16;

    /// <summary>Copies a source to a file block by block, replacing a file of that name.</summary>
    /// <param name="path">The file; its folder exists. It must not be the file that <paramref name="source"/> reads.</param>
    /// <param name="source">Read from start to end; it stays open.</param>
    /// <param name="encoding">How samples are stored; RF64 is used above 4 GiB.</param>
    /// <returns>Level, clipping and rounding of what was written.</returns>
    /// <exception cref="ArgumentException">A sample is NaN or infinite and <paramref name="encoding"/> is PCM, or the source has
    /// more channels than a WAV file can.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static StemFileInfo Write(string path, IAudioSource source, WavEncoding encoding)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(source);
        using WavWriter writer = WavWriter.Create(path, encoding, source.Channels, source.SampleRateHz);
        int blockFrames = Math.Max(1, BlockSamples / source.Channels);
        var block = new float[(int)Math.Min(blockFrames, source.Length) * source.Channels];
        for (long start = 0; start < source.Length; start += blockFrames)
        {
            int frames = (int)Math.Min(blockFrames, source.Length - start);
            Span<float> part = block.AsSpan(0, frames * source.Channels);
            source.Read(start, part);
            writer.Write(part);
        }
        writer.Complete();
        return writer.Describe(Path.GetFileName(path));
    }
}
