using System.Buffers.Binary;
using FFMpegCore;

namespace GpuNmf.Audio.Codecs;

/// <summary>Turns finished WAV files of integers into FLAC files of the same samples, through the program <c>ffmpeg</c> on PATH.</summary>
public sealed class FlacEncoder
{
    /// <summary>Channels that a FLAC file holds at most.</summary>
    public const int MaxChannels = 8;

    private const int MostPlainRate = 65534, MostRate = 655340;

    private readonly string? _searchPath;

    /// <summary>Uses the program on PATH.</summary>
    public FlacEncoder() : this(Environment.GetEnvironmentVariable("PATH"))
    {
    }

    /// <param name="searchPath">Folders as in PATH.</param>
    internal FlacEncoder(string? searchPath) => _searchPath = searchPath;

    /// <summary>Why nothing can be encoded, and what to do, or null.</summary>
    public string? WhyAbsent => FfmpegPrograms.WhyAbsent(_searchPath) is { } reason ? $"{reason}; {FfmpegPrograms.HowToInstall}" : null;

    /// <summary>True for rates that ffmpeg writes into FLAC files: up to 65534 Hz any, up to 655340 Hz multiples of 10.</summary>
    /// <param name="sampleRateHz">At least 1.</param>
    public static bool Holds(int sampleRateHz) => sampleRateHz <= MostPlainRate || (sampleRateHz <= MostRate && sampleRateHz % 10 == 0);

    /// <summary>Encodes the files of a folder and deletes each WAV file when its FLAC file is complete. At most <paramref name="parallel"/> run at a time, so
    /// that memory does not grow with their number; the folder holds at most the WAV files and as many FLAC files.</summary>
    /// <param name="folder">Where the files lie, and will lie.</param>
    /// <param name="files">PCM of 16 or 24 bits.</param>
    /// <param name="parallel">Files at a time, at least 1.</param>
    /// <param name="cancellation">Stops it; what is there then is the caller's to remove.</param>
    /// <returns>The same accounts with the new files' names.</returns>
    /// <exception cref="ArgumentException">A file holds float samples.</exception>
    /// <exception cref="IOException">ffmpeg is not there or failed, or a file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was set.</exception>
    public IReadOnlyList<StemFileInfo> Replace(string folder, IReadOnlyList<StemFileInfo> files, int parallel, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallel, 1);
        if (files.FirstOrDefault(file => file.Encoding == WavEncoding.Float32) is { } floats)
            throw new ArgumentException($"{floats.FileName} holds Float32; FLAC takes integers, Pcm16 or Pcm24.", nameof(files));
        FfmpegPrograms programs = FfmpegPrograms.Find(_searchPath) ?? throw new IOException($"FLAC files cannot be written: {WhyAbsent}.");
        StemFileInfo[] encoded = [.. files.Select(file => file with { FileName = Path.ChangeExtension(file.FileName, ".flac") })];
        try
        {
            Parallel.For(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, i =>
            {
                string wav = Path.Combine(folder, files[i].FileName), flac = Path.Combine(folder, encoded[i].FileName);
                Encode(programs, wav, flac, cancellation);
                if (LengthOf(flac) != files[i].Length) throw new IOException($"{encoded[i].FileName} was not written to its end, though ffmpeg reported nothing.");
                File.Delete(wav);
            });
        }
        catch (AggregateException exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw exception.InnerExceptions[0];
        }
        return encoded;
    }

    private static void Encode(FfmpegPrograms programs, string wav, string flac, CancellationToken cancellation)
    {
        string arguments = FFMpegArguments
            .FromFileInput(CommandLineText.WithinQuotes(CommandLineText.FileUrl(wav)), verifyExists: false, input => input.WithCustomArgument("-v error -nostdin"))
            .OutputToFile(CommandLineText.WithinQuotes(CommandLineText.FileUrl(flac)), overwrite: true, output => output.WithAudioCodec("flac").ForceFormat("flac"))
            .Arguments;
        ChildEnd end = ChildProcess.Run(programs.Ffmpeg, arguments, stdout => stdout.CopyTo(Stream.Null), cancellation);
        if (end.ExitCode != 0) throw new IOException($"{Path.GetFileName(flac)} was not written: {end.Describe(flac)}");
    }

    /// <summary>Sample frames that a FLAC file states, the last 36 bits of 8 bytes in its first block; -1 where it is none.</summary>
    private static long LengthOf(string flac)
    {
        const int position = 18;
        if (!File.Exists(flac)) return -1;
        Span<byte> start = stackalloc byte[position + sizeof(long)];
        using FileStream file = File.OpenRead(flac);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.StartsWith("fLaC"u8)
            ? BinaryPrimitives.ReadInt64BigEndian(start[position..]) & (1L << 36) - 1
            : -1;
    }
}
