namespace GpuNmf.Audio;

/// <summary>Format tags of WAV files (the registry of mmreg.h and RFC 2361), and their names for messages.</summary>
internal static class WavCodec
{
    public const int Pcm = 0x0001;
    public const int Float = 0x0003;
    public const int ALaw = 0x0006;
    public const int MuLaw = 0x0007;
    public const int Extensible = 0xFFFE;

    /// <summary>The codec's name, or its number where it has none here.</summary>
    public static string Name(int tag) => tag switch
    {
        Pcm => "PCM",
        Float => "IEEE float",
        0x0002 => "Microsoft ADPCM",
        ALaw => "A-law",
        MuLaw => "mu-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0040 or 0x0045 or 0x0064 => "G.72x ADPCM",
        0x0050 => "MPEG audio",
        0x0055 => "MP3",
        0x0092 => "Dolby AC-3",
        0x00FF or 0x1600 or 0x1610 => "AAC",
        0x0160 or 0x0161 or 0x0162 or 0x0163 => "Windows Media Audio",
        0x674F or 0x6750 or 0x6751 or 0x676F or 0x6770 or 0x6771 => "Ogg Vorbis",
        0xF1AC => "FLAC",
        Extensible => "WAVE_FORMAT_EXTENSIBLE",
        _ => $"the unknown codec 0x{tag:X4}",
    };
}
