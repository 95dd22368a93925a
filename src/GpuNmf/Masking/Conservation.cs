using System.Numerics;
using System.Runtime.CompilerServices;

namespace GpuNmf.Masking;

/// <summary>Measures how well the stems add up to the input, block by block, in double.</summary>
/// <param name="maxLength">Values of a block at most, all channels.</param>
internal sealed class Conservation(int maxLength)
{
    private readonly double[] _differences = new double[maxLength];
    private int _count;
    private double _inputPower;
    private double _residualPower;

    /// <summary>Power of (input - sum of stems) over the power of the input in dB; negative infinity where the difference is zero.</summary>
    internal double ResidualDb => _residualPower == 0 ? double.NegativeInfinity : 10 * Math.Log10(_residualPower / _inputPower);

    /// <summary>Starts a block, whose stems should add up to <paramref name="input"/>.</summary>
    internal void Begin(ReadOnlySpan<float> input)
    {
        _count = input.Length;
        for (int i = 0; i < input.Length; i++) _differences[i] = input[i];
        _inputPower += Power();
    }

    /// <summary>Adds one stem of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<float> stem)
    {
        var differences = _differences.AsSpan(0, stem.Length);
        while (stem.Length >= Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(stem), out var low, out var high);
            (new Vector<double>(differences) - low).CopyTo(differences);
            (new Vector<double>(differences[Vector<double>.Count..]) - high).CopyTo(differences[Vector<double>.Count..]);
            stem = stem[Vector<float>.Count..];
            differences = differences[Vector<float>.Count..];
        }
        for (int i = 0; i < stem.Length; i++) differences[i] -= stem[i];
    }

    /// <summary>Ends the block.</summary>
    internal void End() => _residualPower += Power();

    /// <summary>Four sums, so that they overlap; always in this order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Power()
    {
        double a = 0, b = 0, c = 0, d = 0;
        int i = 0;
        for (; i + 3 < _count; i += 4)
        {
            a += _differences[i] * _differences[i];
            b += _differences[i + 1] * _differences[i + 1];
            c += _differences[i + 2] * _differences[i + 2];
            d += _differences[i + 3] * _differences[i + 3];
        }
        for (; i < _count; i++) a += _differences[i] * _differences[i];
        return a + b + (c + d);
    }
}
