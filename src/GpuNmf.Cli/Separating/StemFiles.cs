using GpuNmf.Audio;
using GpuNmf.Cli.Commands;
using GpuNmf.Cli.Output;

namespace GpuNmf.Cli.Separating;

/// <summary>The files that a separation writes its stems to: all of them or those that were chosen, and the components beside sources.</summary>
internal sealed class StemFiles : IDisposable
{
    private readonly WavStemSink _stems;
    private readonly WavStemSink? _components;
    private readonly string _folder;

    public StemFiles(SeparateRequest request, string folder)
    {
        _folder = folder;
        _stems = request.Stems is { } choice
            ? new WavStemSink(folder, request.Output.Encoding, choice.FileNames)
            : new WavStemSink(folder, request.Output.Encoding, request.Grouping is null ? StemName.Component : StemName.Source);
        if (request.Grouping is { KeepsComponents: true }) _components = new WavStemSink(folder, request.Output.Encoding);
        var files = new OutputSink(_stems, folder);
        Sink = request.Stems is { } chosen ? chosen.Into(files) : files;
    }

    /// <summary>Takes the stems of a separation.</summary>
    public IStemSink Sink { get; }

    /// <summary>The options with the sink of the components, where they are kept beside sources.</summary>
    public SeparationOptions In(SeparationOptions options) =>
        _components is null ? options : options with { Grouping = options.Grouping! with { ComponentSink = new OutputSink(_components, _folder) } };

    /// <summary>Finishes headers and sizes.</summary>
    /// <returns>The stems, and the components beside them.</returns>
    /// <inheritdoc cref="WavStemSink.Complete" path="/exception"/>
    public (IReadOnlyList<StemFileInfo> Stems, IReadOnlyList<StemFileInfo> Components) Complete(CancellationToken cancellation)
    {
        _stems.Complete(cancellation);
        _components?.Complete(cancellation);
        return (_stems.Files, _components?.Files ?? []);
    }

    /// <summary>Closes the files; those that are not complete are deleted.</summary>
    public void Dispose()
    {
        foreach (WavStemSink? sink in (WavStemSink?[])[_stems, _components])
        {
            sink?.Discard();
            sink?.Dispose();
        }
    }
}
