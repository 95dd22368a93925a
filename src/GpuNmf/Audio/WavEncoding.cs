namespace GpuNmf.Audio;

/// <summary>How samples are written to a WAV file.</summary>
public enum WavEncoding
{
    /// <summary>32-bit float: what the separation computed, bit for bit; values beyond ±1 are kept.</summary>
#pragma warning disable CA1720 // The name is the encoding's; Single would say less.
    Float32,
#pragma warning restore CA1720

    /// <summary>16-bit integers: rounded to the nearest (ties to even), clipped at full scale, not dithered.</summary>
    Pcm16,

    /// <summary>24-bit integers: rounded to the nearest (ties to even), clipped at full scale, not dithered.</summary>
    Pcm24,
}
