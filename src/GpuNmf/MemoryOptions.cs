namespace GpuNmf;

/// <summary>How much memory a separation may take, and what it does when the spectrogram needs more. No bit of a result depends on it.</summary>
public sealed record MemoryOptions
{
    /// <summary>The least limit.</summary>
    public const long LeastLimitBytes = 256L << 20;

    /// <summary>
    /// Most bytes that a run takes, at least <see cref="LeastLimitBytes"/>: on a GPU those on the device; on the CPU accelerator, whose memory is the host's, those of
    /// the whole process. Null: 80 % of the device's free memory, or half of the host's.
    /// </summary>
    public long? LimitBytes { get; init; }

    /// <summary>Where the spectrogram is between two passes.</summary>
    public SpectrogramStorage Spectrogram { get; init; } = SpectrogramStorage.Auto;

    /// <summary>Folder for a spectrogram on disk; null is the system's folder for temporary files. The file has no name once it is open, and is gone with the process.</summary>
    public string? SpoolFolder { get; init; }

    /// <summary>Rows of a block at most, so that a short recording has many; null is as many as fit.</summary>
    internal int? MostBlockRows { get; init; }

    /// <summary>Models at a time at most; null is as many as fit.</summary>
    internal int? MostModels { get; init; }

    /// <summary>Models at a time, exactly: those of a checkpoint; null is as many as fit.</summary>
    internal int? Models { get; init; }

    /// <summary>The folder in force.</summary>
    internal string Folder => SpoolFolder ?? Path.GetTempPath();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is too low, or there is no such storage.</exception>
    public void Validate()
    {
        if (LimitBytes < LeastLimitBytes)
            throw new ArgumentOutOfRangeException(nameof(LimitBytes), LimitBytes, $"LimitBytes is {LimitBytes}; it must be at least {LeastLimitBytes} (256 MiB).");
        if (!Enum.IsDefined(Spectrogram)) throw new ArgumentOutOfRangeException(nameof(Spectrogram), Spectrogram, "No such storage.");
    }
}
