using GpuNmf.Audio;
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

    /// <summary>Checks every value that does not depend on the recording.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    public void Validate()
    {
        Stft.Validate();
        Nmf.Validate();
        Reconstruction.Validate();
    }

    /// <summary>Checks every value, and that they suit a recording: its length, the framing's cover of it, the shapes of a start. Samples are not read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its documented range.</exception>
    /// <exception cref="ArgumentException">The recording is empty, shorter than one frame, or has more frames than can be factorised; the hop leaves
    /// samples that no window covers, so that the transform cannot be undone; or a start has another shape, or an entry that is negative or not finite.</exception>
    public void ValidateFor(IAudioSource recording)
    {
        ArgumentNullException.ThrowIfNull(recording);
        Validate();
        if (recording.Length == 0) throw new ArgumentException("The recording is empty: it has no samples.", nameof(recording));
        WindowCoverage.Check(Stft, recording.Length);
        long rows = RowsOf(recording);
        NmfGeometry.RequireFit(rows, Nmf.Rank);
        StartCheck.Require(Nmf, Stft.Bins, rows);
    }

    /// <summary>Rows of the spectrogram: the frames, or the frames of every channel where they are stacked.</summary>
    internal long RowsOf(IAudioSource recording) =>
        Stft.FrameCount(recording.Length) * (Reconstruction.Channels == ChannelMode.Stack ? recording.Channels : 1);
}
