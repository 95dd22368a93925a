using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuNmf.Audio;

/// <summary>Turns float32 samples into a file's bytes and keeps account of level, clipping and rounding.</summary>
internal sealed class SampleEncoder
{
    private readonly WavEncoding _encoding;
    private readonly int _channels;
    private double _peak;
    private double _signalSquares;
    private double _errorSquares;
    private long _clipped;
    private long _samples;

    public SampleEncoder(WavEncoding encoding, int channels)
    {
        _encoding = encoding;
        _channels = channels;
    }

    /// <summary>Sample frames encoded so far.</summary>
    public long Frames => _samples / _channels;

    /// <summary>Bytes a sample takes in an encoding.</summary>
    public static int BytesPerSample(WavEncoding encoding) => encoding switch
    {
        WavEncoding.Float32 => 4,
        WavEncoding.Pcm16 => 2,
        WavEncoding.Pcm24 => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "encoding must be Float32, Pcm16 or Pcm24."),
    };

    /// <summary>Encodes a block.</summary>
    /// <param name="samples">Interleaved.</param>
    /// <param name="block">Receives samples x bytes a sample.</param>
    /// <exception cref="ArgumentException">A sample is NaN or infinite, and integers cannot hold it.</exception>
    public void Encode(ReadOnlySpan<float> samples, Span<byte> block)
    {
        Measure(samples);
        switch (_encoding)
        {
            case WavEncoding.Float32:
                if (BitConverter.IsLittleEndian) MemoryMarshal.AsBytes(samples).CopyTo(block);
                else for (int i = 0; i < samples.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(block[(4 * i)..], samples[i]);
                break;
            case WavEncoding.Pcm16:
                for (int i = 0; i < samples.Length; i++)
                    BinaryPrimitives.WriteInt16LittleEndian(block[(2 * i)..], (short)Quantise(samples[i], 1 << 15, i));
                break;
            default:
                for (int i = 0; i < samples.Length; i++)
                {
                    int value = Quantise(samples[i], 1 << 23, i);
                    block[3 * i] = (byte)value;
                    block[3 * i + 1] = (byte)(value >> 8);
                    block[3 * i + 2] = (byte)(value >> 16);
                }
                break;
        }
        _samples += samples.Length;
    }

    /// <summary>The account so far.</summary>
    public StemFileInfo Describe(string fileName) => new()
    {
        FileName = fileName,
        Encoding = _encoding,
        Length = Frames,
        Peak = _peak,
        Rms = _samples == 0 ? 0 : Math.Sqrt(_signalSquares / _samples),
        ClippedSamples = _clipped,
        RoundingResidualDb = _errorSquares == 0 ? null : 10 * Math.Log10(_errorSquares / _signalSquares),
    };

    // These loops are called seldom and run long: compiled in full at once.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Measure(ReadOnlySpan<float> samples)
    {
        double squares = _signalSquares;
        foreach (float sample in samples) squares += (double)sample * sample;
        _signalSquares = squares;
        _peak = Math.Max(_peak, Peak(samples));
    }

    // Apart from the sum, whose order is that of the samples: a peak is the same in any order. Every Max here keeps NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Peak(ReadOnlySpan<float> samples)
    {
        var peaks = Vector<float>.Zero;
        int whole = samples.Length - samples.Length % Vector<float>.Count;
        for (int i = 0; i < whole; i += Vector<float>.Count) peaks = Vector.Max(peaks, Vector.Abs(new Vector<float>(samples[i..])));
        float peak = 0;
        for (int lane = 0; lane < Vector<float>.Count; lane++) peak = MathF.Max(peak, peaks[lane]);
        foreach (float sample in samples[whole..]) peak = MathF.Max(peak, MathF.Abs(sample));
        return peak;
    }

    // The product with a power of two and the difference are exact in double, so the error is that of rounding alone.
    private int Quantise(float sample, int fullScale, int index)
    {
        if (!float.IsFinite(sample))
            throw new ArgumentException($"Sample frame {(_samples + index) / _channels} holds {sample}; {_encoding} cannot store it. Find out where it comes from, or write Float32.", nameof(sample));
        double rounded = Math.Round((double)sample * fullScale, MidpointRounding.ToEven);
        double stored = Math.Clamp(rounded, -fullScale, fullScale - 1);
        if (stored != rounded) _clipped++;
        double error = stored / fullScale - sample;
        _errorSquares += error * error;
        return (int)stored;
    }
}
