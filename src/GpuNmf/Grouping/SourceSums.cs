using GpuNmf.Audio;

namespace GpuNmf.Grouping;

/// <summary>Takes components and hands on the sources that they make up, and the components too where somebody wants them.</summary>
/// <param name="sources">Receives a stem for each source.</param>
/// <param name="components">Receives a stem for each component; null for nobody.</param>
/// <param name="sourceOf">The source of each component.</param>
/// <param name="count">Number of sources.</param>
internal sealed class SourceSums(IStemSink sources, IStemSink? components, int[] sourceOf, int count) : IStemSink
{
    private readonly StemSelection _sums = new(sources, [.. Enumerable.Range(0, count).Select(source => MembersOf(source, sourceOf))]);

    public void Begin(StemFormat format)
    {
        _sums.Begin(format);
        components?.Begin(format);
    }

    public void Write(int component, long start, ReadOnlySpan<float> interleaved)
    {
        components?.Write(component, start, interleaved);
        _sums.Write(component, start, interleaved);
    }

    private static int[] MembersOf(int source, int[] sourceOf) => [.. Enumerable.Range(0, sourceOf.Length).Where(k => sourceOf[k] == source)];
}
