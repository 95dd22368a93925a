using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Masking;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Reads a recording block by block, checks it and brings it to the device channel after channel.</summary>
internal static class SignalReader
{
    private const int BlockFrames = 1 << 17;

    /// <summary>Loads every channel, and behind them their mean where that is what is factorised.</summary>
    /// <returns>The buffer [C (+ 1)][Length], which the caller disposes, and whether every sample is zero.</returns>
    /// <exception cref="AudioFormatException">A sample is NaN or infinite.</exception>
    internal static (DeviceBuffer<float> Samples, bool Silent) Load(
        DeviceSession session, IAudioSource source, ChannelMode mode, IProgress<SeparationProgress>? progress, CancellationToken cancellation)
    {
        int channels = source.Channels;
        bool mean = HasMean(source, mode);
        bool silent = true;
        var buffer = session.Allocate<float>((channels + (mean ? 1 : 0)) * source.Length);
        try
        {
            int block = (int)Math.Min(BlockFrames, source.Length);
            var interleaved = new float[(long)block * channels];
            var planar = new float[block];
            for (long start = 0; start < source.Length; start += block)
            {
                cancellation.ThrowIfCancellationRequested();
                int count = (int)Math.Min(block, source.Length - start);
                var samples = interleaved.AsSpan(0, count * channels);
                source.Read(start, samples);
                RequireFinite(samples, start, source);
                silent &= !samples.ContainsAnyExcept(0f);
                for (int c = 0; c < channels; c++)
                {
                    for (int n = 0; n < count; n++) planar[n] = samples[n * channels + c];
                    buffer.Upload(planar.AsSpan(0, count), c * source.Length + start);
                }
                if (mean)
                {
                    for (int n = 0; n < count; n++) planar[n] = Mean(samples.Slice(n * channels, channels));
                    buffer.Upload(planar.AsSpan(0, count), channels * source.Length + start);
                }
                progress?.Report(new SeparationProgress(SeparationStage.Reading, start + count, source.Length, null));
            }
            return (buffer, silent);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>True when the mean of several channels stands behind them.</summary>
    internal static bool HasMean(IAudioSource source, ChannelMode mode) => mode == ChannelMode.Mono && source.Channels > 1;

    private static float Mean(ReadOnlySpan<float> channels)
    {
        double sum = 0;
        foreach (float sample in channels) sum += sample;
        return (float)(sum / channels.Length);
    }

    private static void RequireFinite(ReadOnlySpan<float> samples, long start, IAudioSource source)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            if (float.IsFinite(samples[i])) continue;
            long frame = start + i / source.Channels;
            for (var part = source as AudioSlice; part is not null; part = part.Source as AudioSlice) frame += part.Start;
            throw new AudioFormatException(
                $"Sample {frame} ({(double)frame / source.SampleRateHz:0.###} s), channel {i % source.Channels + 1}, is {(float.IsNaN(samples[i]) ? "NaN" : "infinite")}; every sample must be a finite number. Repair or cut the recording there.");
        }
    }
}
