using GpuNmf.Audio;

namespace GpuNmf.Grouping;

/// <summary>Takes components and hands on the sources that they make up, and the components too where somebody wants them.</summary>
/// <param name="sources">Receives a stem for each source.</param>
/// <param name="components">Receives a stem for each component; null for nobody.</param>
/// <param name="sourceOf">The source of each component.</param>
/// <param name="count">Number of sources.</param>
internal sealed class SourceSums(IStemSink sources, IStemSink? components, int[] sourceOf, int count) : IStemSink
{
    private readonly double[][] _sums = new double[count][];
    private float[] _block = [];

    public void Begin(StemFormat format)
    {
        sources.Begin(format with { Components = count });
        components?.Begin(format);
    }

    /// <summary>The components of a block come one after another; with the last one the sums are complete. Each is rounded once.</summary>
    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        components?.Write(component, start, interleaved);
        if (component == 0) Clear(interleaved.Length);
        double[] sum = _sums[sourceOf[component]];
        for (int i = 0; i < interleaved.Length; i++) sum[i] += interleaved[i];
        if (component < sourceOf.Length - 1) return;
        for (int s = 0; s < count; s++)
        {
            for (int i = 0; i < interleaved.Length; i++) _block[i] = (float)_sums[s][i];
            sources.Write(s, start, _block.AsSpan(0, interleaved.Length));
        }
    }

    private void Clear(int length)
    {
        if (_block.Length < length)
        {
            _block = new float[length];
            for (int s = 0; s < count; s++) _sums[s] = new double[length];
        }
        foreach (double[] sum in _sums) Array.Clear(sum);
    }
}
