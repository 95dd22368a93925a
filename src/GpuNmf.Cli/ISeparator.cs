using GpuNmf.Audio;

namespace GpuNmf.Cli;

/// <summary>An open device that separates recordings, one after another.</summary>
internal interface ISeparator : IDisposable
{
    /// <inheritdoc cref="SourceSeparator.Separate"/>
    SeparationResult Separate(
        IAudioSource recording, IStemSink sink, SeparationOptions options, IProgress<SeparationProgress> progress, CancellationToken cancellation);
}
