using GpuNmf.Audio;

namespace GpuNmf.Benchmarks.Stages;

/// <summary>Stems into one reused buffer, as a player or an encoder takes them: nothing is kept.</summary>
internal sealed class RingSink(int samples = 1 << 22) : IStemSink
{
    private readonly float[] _ring = new float[samples];
    private int _at;

    /// <summary>Values taken.</summary>
    internal long Taken { get; private set; }

    public void Begin(StemFormat format) => Taken = _at = 0;

    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        Taken += interleaved.Length;
        while (!interleaved.IsEmpty)
        {
            int count = Math.Min(interleaved.Length, _ring.Length - _at);
            interleaved[..count].CopyTo(_ring.AsSpan(_at));
            interleaved = interleaved[count..];
            _at = (_at + count) % _ring.Length;
        }
    }
}

/// <summary>Every stem in memory, a row a component, channels interleaved.</summary>
internal sealed class MatrixSink : IStemSink
{
    private int _channels;

    internal float[,] Stems { get; private set; } = new float[0, 0];

    public void Begin(StemFormat format)
    {
        _channels = format.Channels;
        Stems = new float[format.Components, format.Length * format.Channels];
    }

    public void Write(int component, long start, ReadOnlySpan<float> interleaved) =>
        interleaved.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Stems[component, start * _channels], interleaved.Length));
}
