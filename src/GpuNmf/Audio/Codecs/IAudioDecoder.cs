namespace GpuNmf.Audio.Codecs;

/// <summary>Turns files of other formats than WAV into samples. <see cref="AudioFile"/> asks it; users of the library may bring their own.</summary>
public interface IAudioDecoder
{
    /// <summary>Finds out what a file holds, without decoding it.</summary>
    /// <param name="path">A file that exists and is no WAV file.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="AudioFormatException">It holds no sound, is damaged, or cannot be decoded here; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    EncodedSound Probe(string path, CancellationToken cancellation = default);

    /// <summary>Decodes a stream from its start to its end.</summary>
    /// <param name="encoded">What <see cref="Probe"/> found.</param>
    /// <param name="workFolder">An existing folder with room for 4 bytes a sample; nothing is left in it once the result is disposed of.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The samples, at the file's own rate and channels; the caller disposes of it.</returns>
    /// <exception cref="AudioFormatException">The file is damaged or shorter than it claims, or the decoder failed.</exception>
    /// <exception cref="IOException">The work folder does not take the samples.</exception>
    /// <exception cref="OperationCanceledException">The token was set; nothing is left behind.</exception>
    DecodedSound Decode(EncodedSound encoded, string workFolder, CancellationToken cancellation = default);
}

/// <summary>The sound of a file that has to be decoded.</summary>
public sealed record EncodedSound
{
    /// <summary>The file, as the user wrote it.</summary>
    public required string Path { get; init; }

    /// <summary>The stream's number among all streams of the file, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>How samples are stored, for people: "flac 24", "mp3".</summary>
    public required string Encoding { get; init; }

    /// <summary>Number of channels, at least 1.</summary>
    public required int Channels { get; init; }

    /// <summary>Sampling rate in hertz, at least 1.</summary>
    public required int SampleRateHz { get; init; }

    /// <summary>Length in seconds as the file states it; null where it does not.</summary>
    public required double? StatedSeconds { get; init; }

    /// <summary>True where the stated length is guessed from the size of the file and may be far off.</summary>
    public required bool IsLengthGuessed { get; init; }

    /// <summary>What users should know, one sentence each: that the file holds further streams.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
