using GpuNmf.Audio;
using GpuNmf.Grouping;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Nmf;
using GpuNmf.Stft;

namespace GpuNmf;

/// <summary>Everything that decides what a separation computes.</summary>
public sealed record SeparationOptions
{
    /// <summary>Framing of the spectrogram.</summary>
    public StftOptions Stft { get; init; } = new();

    /// <summary>Factorisation.</summary>
    public NmfOptions Nmf { get; init; } = new();

    /// <summary>From factors to sound.</summary>
    public ReconstructionOptions Reconstruction { get; init; } = new();

    /// <summary>How components become sources; null leaves every component a stem of its own.</summary>
    public GroupingOptions? Grouping { get; init; }

    /// <summary>Checks every value that does not depend on the recording.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">Two values do not go together.</exception>
    public void Validate()
    {
        Stft.Validate();
        Nmf.Validate();
        Reconstruction.Validate();
        Grouping?.Validate();
        if (Grouping?.Assignment is { } assignment && assignment.Count != Nmf.Rank)
            throw new ArgumentException($"Assignment has {assignment.Count} entries; it must have one for each of the {Nmf.Rank} components (Rank).");
        if (Grouping?.Sources > Nmf.Rank)
            throw new ArgumentException($"Sources is {Grouping.Sources}, but there are only {Nmf.Rank} components to group (Rank); take fewer sources or more components.");
    }

    /// <summary>Checks every value, and that they suit a recording: its length, the framing's cover of it, the shapes of a start. Samples are not read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">The recording is empty, shorter than one frame, or has more frames than can be factorised; the hop leaves
    /// samples that no window covers, so that the transform cannot be undone; a start has another shape, or an entry that is negative or not finite; or an
    /// example is shorter than one frame or has another sampling rate.</exception>
    public void ValidateFor(IAudioSource recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        Validate();
        if (recording.Length == 0) throw new ArgumentException("The recording is empty: it has no samples.", nameof(recording));
        WindowCoverage.Check(Stft, recording.Length);
        long rows = RowsOf(recording);
        NmfGeometry.RequireFit(rows, Nmf.Rank);
        StartCheck.Require(Nmf, Stft.Bins, rows);
        for (int i = 0; i < Grouping?.Examples?.Count; i++) RequireExample(Grouping.Examples[i], i, recording);
    }

    private void RequireExample(IAudioSource example, int index, IAudioSource recording)
    {
        if (example.SampleRateHz != recording.SampleRateHz)
            throw new ArgumentException($"Example {index + 1} has {example.SampleRateHz} samples a second and the recording {recording.SampleRateHz}; convert one of them, so that their spectra can be compared.", nameof(recording));
        if (example.Length < Stft.FftLength)
            throw new ArgumentException($"Example {index + 1} is {example.Length} samples long; it must have at least the {Stft.FftLength} of a frame (FftLength).", nameof(recording));
    }

    /// <summary>Rows of the spectrogram: the frames, or the frames of every channel where they are stacked.</summary>
    internal long RowsOf(IAudioSource recording) =>
        Stft.FrameCount(recording.Length) * (Reconstruction.Channels == ChannelMode.Stack ? recording.Channels : 1);
}
