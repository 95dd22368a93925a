using GpuNmf.Audio;

namespace GpuNmf.Cli;

/// <summary>An open device that separates recordings, one after another.</summary>
internal interface ISeparator : IDisposable
{
    /// <inheritdoc cref="SourceSeparator.Separate"/>
    SeparationResult Separate(
        IAudioSource recording, IStemSink sink, SeparationOptions options, WorkPlace place, IProgress<SeparationProgress> progress, CancellationToken cancellation);

    /// <inheritdoc cref="SourceSeparator.Plan"/>
    SeparationPlan Plan(IAudioSource recording, SeparationOptions options, MemoryOptions memory, CancellationToken cancellation);
}
