using System.Buffers.Binary;

namespace GpuNmf.Cli.Tests;

/// <summary>Writes small WAV files without the library's own writer.</summary>
internal static class TestRecording
{
    public const int SampleRateHz = 8000;

    /// <summary>Three tones that come and go, and a little noise, as 16-bit PCM.</summary>
    public static string WriteTones(string path, double seconds = 1, int channels = 1, int seed = 1)
    {
        var random = new Random(seed);
        int frames = (int)(seconds * SampleRateHz);
        var data = new byte[2 * frames * channels];
        for (int n = 0; n < frames; n++)
            for (int c = 0; c < channels; c++)
            {
                double t = n / (double)SampleRateHz, value = 0.01 * (2 * random.NextDouble() - 1);
                for (int tone = 0; tone < 3; tone++)
                    value += 0.2 * Math.Sin(2 * Math.PI * (330 + 410 * tone) * t) * (0.5 + 0.5 * Math.Sin(2 * Math.PI * (tone + 1) * t + c));
                BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(2 * (n * channels + c)), (short)Math.Round(value * 32767));
            }
        Write(path, format: 1, bits: 16, channels, data);
        return path;
    }

    /// <summary>Samples as 32-bit float, mono.</summary>
    public static string WriteFloats(string path, params float[] samples)
    {
        var data = new byte[4 * samples.Length];
        for (int n = 0; n < samples.Length; n++) BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * n), samples[n]);
        Write(path, format: 3, bits: 32, channels: 1, data);
        return path;
    }

    /// <summary>Samples as 8-bit PCM, of any number of channels.</summary>
    public static string WriteBytes(string path, int channels, byte[] samples)
    {
        Write(path, format: 1, bits: 8, channels, samples);
        return path;
    }

    private static void Write(string path, short format, short bits, int channels, byte[] data)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write(format);
        writer.Write((short)channels);
        writer.Write(SampleRateHz);
        writer.Write(SampleRateHz * channels * bits / 8);
        writer.Write((short)(channels * bits / 8));
        writer.Write(bits);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
    }
}
