using System.Buffers.Binary;

namespace GpuNmf.Reference;

/// <summary>Reads 16-bit PCM WAV files and nothing else, so that references do not pass through the library's own reader.</summary>
/// <param name="SampleRateHz">Sampling rate in hertz.</param>
/// <param name="Channels">Samples of each channel, value / 32768.</param>
public sealed record Pcm16Wav(int SampleRateHz, double[][] Channels)
{
    /// <summary>The channels of a file.</summary>
    /// <param name="path">A RIFF WAVE file of format 1 (PCM) with 16 bits a sample.</param>
    /// <exception cref="InvalidDataException">Another kind of file.</exception>
    public static double[][] Read(string path) => Open(path).Channels;

    /// <summary>The channels of a file and its rate.</summary>
    /// <inheritdoc cref="Read" path="/param|/exception"/>
    public static Pcm16Wav Open(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        if (file.Length < 12 || !file[..4].SequenceEqual("RIFF"u8) || !file[8..12].SequenceEqual("WAVE"u8))
            throw new InvalidDataException($"{path} is not a RIFF WAVE file.");
        int channels = 0, rate = 0;
        for (int at = 12; at + 8 <= file.Length;)
        {
            ReadOnlySpan<byte> id = file.Slice(at, 4);
            int size = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 4)..]);
            ReadOnlySpan<byte> body = file.Slice(at + 8, size);
            if (id.SequenceEqual("fmt "u8))
            {
                if (BinaryPrimitives.ReadInt16LittleEndian(body) != 1 || BinaryPrimitives.ReadInt16LittleEndian(body[14..]) != 16)
                    throw new InvalidDataException($"{path} is not 16-bit PCM.");
                channels = BinaryPrimitives.ReadInt16LittleEndian(body[2..]);
                rate = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
            }
            else if (id.SequenceEqual("data"u8) && channels > 0)
            {
                return new Pcm16Wav(rate, Deinterleave(body, channels));
            }
            at += 8 + size + (size & 1);
        }
        throw new InvalidDataException($"{path} has no data chunk after its format.");
    }

    /// <summary>The mean of the channels, sample by sample.</summary>
    public double[] Mono()
    {
        var mono = new double[Channels[0].Length];
        for (int n = 0; n < mono.Length; n++)
        {
            double sum = 0;
            foreach (double[] channel in Channels) sum += channel[n];
            mono[n] = sum / Channels.Length;
        }
        return mono;
    }

    private static double[][] Deinterleave(ReadOnlySpan<byte> data, int channels)
    {
        int samples = data.Length / (2 * channels);
        var result = new double[channels][];
        for (int c = 0; c < channels; c++)
        {
            result[c] = new double[samples];
            for (int n = 0; n < samples; n++)
                result[c][n] = BinaryPrimitives.ReadInt16LittleEndian(data[(2 * (n * channels + c))..]) / 32768.0;
        }
        return result;
    }
}
