namespace GpuNmf.Audio;

/// <summary>Hands on some of the stems, or sums of some: a sink in front of another.</summary>
/// <remarks>
/// A stem that is handed on alone keeps its bits; sums are formed in double and rounded once. The stems of a block must come one after another, the first
/// one first, as a separation writes them. Memory: 8 bytes a sample of the longest block for every sum. What else a separation says, such as its residual, is still that of all stems.
/// </remarks>
/// <example>
/// <code>
/// using var files = new WavStemSink(folder, WavEncoding.Float32, ["kick.wav", "drums.wav"]);
/// separator.Separate(recording, new StemSelection(files, [[0], [0, 2, 3]]), options);
/// </code>
/// </example>
public sealed class StemSelection : IStemSink
{
    private readonly IStemSink _sink;
    private readonly int[][] _parts;
    private readonly double[][] _sums;
    private StemFormat _format;
    private float[] _block = [];
    private long _start;
    private int _next, _length;

    /// <summary>Selects stems for a sink.</summary>
    /// <param name="sink">Receives a stem for each entry of <paramref name="parts"/>, in their order.</param>
    /// <param name="parts">The 0-based stems that each is the sum of; one that names none is silent.</param>
    /// <exception cref="ArgumentException">Nothing is selected, or a sum names a stem twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A stem's number is negative.</exception>
    public StemSelection(IStemSink sink, IReadOnlyList<IReadOnlyList<int>> parts)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("Nothing is selected; name a stem at least.", nameof(parts));
        _sink = sink;
        _parts = [.. parts.Select(stems => stems.ToArray())];
        _sums = Array.ConvertAll(_parts, _ => Array.Empty<double>());
        foreach (int[] stems in _parts)
        {
            if (stems.Any(stem => stem < 0)) throw new ArgumentOutOfRangeException(nameof(parts), stems.Min(), "Stems are counted from 0.");
            if (stems.GroupBy(stem => stem).FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw new ArgumentException($"A sum names stem {twice.Key} twice; name each once.", nameof(parts));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A stem is selected that there is not.</exception>
    public void Begin(StemFormat format)
    {
        int last = _parts.Max(stems => stems.DefaultIfEmpty(-1).Max());
        if (last >= format.Components)
            throw new ArgumentOutOfRangeException(nameof(format), last, $"Stem {last} is selected, counted from 0, and there are {format.Components}.");
        _format = format;
        _sink.Begin(format with { Components = _parts.Length });
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The stems of a block do not come one after another with the same length.</exception>
    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        if (component == 0) (_next, _start, _length) = (0, start, interleaved.Length);
        if (component != _next || start != _start || interleaved.Length != _length)
            throw new ArgumentException($"Stem {component} comes with {interleaved.Length} samples at sample frame {start}; expected stem {_next} with {_length} at {_start}.", nameof(component));
        _next++;
        for (int i = 0; i < _parts.Length; i++)
        {
            if (_parts[i] is [var only])
            {
                if (only == component) _sink.Write(i, start, interleaved);
                continue;
            }
            if (component == 0) Clear(ref _sums[i], interleaved.Length);
            if (_parts[i].Contains(component)) Add(_sums[i], interleaved);
            if (component == _format.Components - 1) WriteSum(i, start, interleaved.Length);
        }
    }

    private static void Clear(ref double[] sum, int length)
    {
        if (sum.Length < length) sum = new double[length];
        else Array.Clear(sum);
    }

    private static void Add(double[] sum, ReadOnlySpan<float> stem)
    {
        for (int i = 0; i < stem.Length; i++) sum[i] += stem[i];
    }

    private void WriteSum(int part, long start, int length)
    {
        if (_block.Length < length) _block = new float[length];
        for (int i = 0; i < length; i++) _block[i] = (float)_sums[part][i];
        _sink.Write(part, start, _block.AsSpan(0, length));
    }
}
