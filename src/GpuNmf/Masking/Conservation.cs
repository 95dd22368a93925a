using GpuNmf.Audio;

namespace GpuNmf.Masking;

/// <summary>Measures how well the stems add up to the input, block by block, in double.</summary>
internal sealed class Conservation(IAudioSource input, int maxSamples)
{
    private readonly float[] _input = new float[(long)maxSamples * input.Channels];
    private readonly double[] _sums = new double[(long)maxSamples * input.Channels];
    private int _count;
    private double _inputPower;
    private double _residualPower;

    /// <summary>Power of (input - sum of stems) over the power of the input in dB; negative infinity where the difference is zero.</summary>
    internal double ResidualDb => _residualPower == 0 ? double.NegativeInfinity : 10 * Math.Log10(_residualPower / _inputPower);

    /// <summary>Starts a block.</summary>
    internal void Begin(long start, int samples)
    {
        _count = samples * input.Channels;
        input.Read(start, _input.AsSpan(0, _count));
        Array.Clear(_sums, 0, _count);
    }

    /// <summary>Adds one stem of the block.</summary>
    internal void Add(ReadOnlySpan<float> stem)
    {
        var sums = _sums.AsSpan(0, stem.Length);
        for (int i = 0; i < stem.Length; i++) sums[i] += stem[i];
    }

    /// <summary>Ends the block.</summary>
    internal void End()
    {
        for (int i = 0; i < _count; i++)
        {
            double difference = _input[i] - _sums[i];
            _inputPower += (double)_input[i] * _input[i];
            _residualPower += difference * difference;
        }
    }
}
