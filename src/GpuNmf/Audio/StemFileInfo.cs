namespace GpuNmf.Audio;

/// <summary>A finished file of samples and how its samples compare with what was written to it.</summary>
public sealed record StemFileInfo
{
    /// <summary>Name without folder, such as <c>component-01.wav</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>How the samples are stored.</summary>
    public required WavEncoding Encoding { get; init; }

    /// <summary>Length in sample frames.</summary>
    public required long Length { get; init; }

    /// <summary>Largest magnitude that was written, before rounding and clipping; full scale is 1.</summary>
    public required double Peak { get; init; }

    /// <summary>Root of the mean square over all samples of all channels, before rounding and clipping; 0 for an empty file.</summary>
    public required double Rms { get; init; }

    /// <summary>Samples beyond full scale that were set to it; always 0 for <see cref="WavEncoding.Float32"/>.</summary>
    public required long ClippedSamples { get; init; }

    /// <summary>Power of the error made by rounding and clipping over the power of the signal, in dB: about -98 for a full-scale
    /// sine in 16 bits. Null where the file holds exactly what was written: float, silence, values that need no rounding.</summary>
    public required double? RoundingResidualDb { get; init; }
}
