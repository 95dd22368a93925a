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
}
