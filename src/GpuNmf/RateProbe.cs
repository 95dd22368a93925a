using System.Diagnostics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Files;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>What a device does in a second, measured by separating a short noise with the options of the run.</summary>
/// <param name="TransformSeconds">Seconds that a row of X takes from samples.</param>
/// <param name="PassSeconds">Seconds that a row takes in a pass, of one model.</param>
/// <param name="StemSeconds">Seconds that a frame takes in all stems.</param>
internal readonly record struct StageRates(double TransformSeconds, double PassSeconds, double StemSeconds);

/// <summary>Measures rates; a second's work.</summary>
internal static class RateProbe
{
    private const int MostFrames = 2048, Iterations = 10;

    /// <summary>Samples of all channels at most, and bytes of X, unless a frame of every channel takes more.</summary>
    private const int MostSamples = 1 << 22, MostBytes = 16 << 20;

    /// <summary>Channels that are worked on at most; time grows with those of the recording.</summary>
    private const int MostChannels = 16;

    /// <summary>Bytes that are written to a disk or copied to the device.</summary>
    private const int CopiedBytes = 32 << 20;

    /// <summary>Rates of the stages.</summary>
    /// <param name="session">Device.</param>
    /// <param name="options">Of the run; what belongs to its recording is left out, and frames are centred, so that any number of samples will do.</param>
    /// <param name="channels">C.</param>
    /// <param name="cancellation">Looked at between launches.</param>
    /// <exception cref="DeviceMemoryException">There is not even room for a few frames.</exception>
    internal static StageRates Of(DeviceSession session, SeparationOptions options, int channels, CancellationToken cancellation)
    {
        options = options with
        {
            Grouping = null,
            Stft = options.Stft with { Center = true, Padding = PaddingMode.Constant },
            Nmf = options.Nmf with
            {
                InitialActivations = null, ActivationSupport = null, Initialization = NmfInitialization.Random, Restarts = 1, MaxIterations = Iterations, Tolerance = 0,
                TargetLoss = null, TimeLimit = null, AdaptIterations = 0,
            },
        };
        int probed = Math.Min(channels, MostChannels), masks = options.Reconstruction.Channels == ChannelMode.Stack ? probed : 1;
        int frames = Math.Clamp(MostBytes / (sizeof(float) * options.Stft.Bins * masks), 1, MostFrames);
        for (int length = LengthOf(frames, options.Stft, probed); ; length /= 2)
        {
            try
            {
                var rates = Of(session, options, new AudioBuffer(Noise(length * probed), probed, 44100), length, cancellation);
                // A row of a mask for each channel is that of one channel; any other is of all of them.
                double all = (double)channels / probed;
                return rates with { TransformSeconds = rates.TransformSeconds * (masks > 1 ? 1 : all), StemSeconds = rates.StemSeconds * all };
            }
            catch (DeviceMemoryException) when (length > 2 * options.Stft.FftLength)
            {
                // Fewer frames have room.
            }
        }
    }

    private static int LengthOf(int frames, StftOptions stft, int channels) =>
        (int)Math.Max(stft.FftLength, Math.Min((long)frames * stft.EffectiveHopLength, MostSamples / channels));

    private static StageRates Of(DeviceSession session, SeparationOptions options, AudioBuffer noise, int length, CancellationToken cancellation)
    {
#pragma warning disable CA2000 // Disposing the separator would close the session, which is the caller's.
        var separator = new SourceSeparator(session, new MemoryOptions { Spectrogram = SpectrogramStorage.Device });
#pragma warning restore CA2000
        // The first run compiles the kernels.
        separator.Separate(noise, new NoSink(), options with { Nmf = options.Nmf with { MaxIterations = 1 } }, null, null, cancellation);
        var timings = separator.Separate(noise, new NoSink(), options, null, null, cancellation).Timings;
        double frames = options.Stft.FrameCount(length), rows = options.RowsOf(noise);
        return new StageRates((timings.ReadSeconds + timings.StftSeconds) / rows, timings.NmfSeconds / rows / (Iterations + 1), timings.StemSeconds / frames);
    }

    /// <summary>Bytes a second that a disk takes, down to the medium: reading back what its cache does not hold is about as quick. 0 where it takes none.</summary>
    /// <param name="folder">Where a file is written for a moment.</param>
    internal static double DiskBytesPerSecond(string folder)
    {
        var bytes = new byte[CopiedBytes];
        Random.Shared.NextBytes(bytes);
        try
        {
            using var file = NamelessFile.Create(folder, CopiedBytes);
            long start = Stopwatch.GetTimestamp();
            file.Write(0, bytes);
            file.Flush();
            return CopiedBytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Bytes a second from the host's pinned memory to the device.</summary>
    internal static double HostBytesPerSecond(DeviceSession session)
    {
        using var host = session.AllocateHost<float>(CopiedBytes / sizeof(float));
        using var device = session.Allocate<float>(CopiedBytes / sizeof(float));
        device.UploadBeside(host, 0, CopiedBytes / sizeof(float), 0);
        long start = Stopwatch.GetTimestamp();
        device.UploadBeside(host, 0, CopiedBytes / sizeof(float), 0);
        return CopiedBytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds that a sample frame takes to be read, from the start of a recording.</summary>
    internal static double ReadSeconds(IAudioSource recording)
    {
        int frames = (int)Math.Min(recording.Length, Math.Max(1, MostSamples / recording.Channels));
        var samples = new float[frames * recording.Channels];
        recording.Read(0, samples);
        long start = Stopwatch.GetTimestamp();
        recording.Read(0, samples);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / frames;
    }

    private static float[] Noise(int length)
    {
        var random = new Random(1);
        var noise = new float[length];
        for (int i = 0; i < length; i++) noise[i] = random.NextSingle() - 0.5f;
        return noise;
    }

    private sealed class NoSink : IStemSink
    {
        public void Begin(StemFormat format)
        {
            // Nothing is kept.
        }

        public void Write(int component, long start, ReadOnlySpan<float> interleaved)
        {
            // Nothing is kept.
        }
    }
}
