using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;

namespace GpuNmf.Kernels.Stft;

/// <summary>Frames of a recording in numbers.</summary>
/// <param name="FftLength">Transform length N in samples.</param>
/// <param name="HopLength">Samples between the starts of neighbouring frames.</param>
/// <param name="Lead">Samples that frame 0 starts before sample 0.</param>
/// <param name="Frames">Number of frames T.</param>
internal sealed record Framing(int FftLength, int HopLength, int Lead, long Frames)
{
    /// <summary>Frequency bins F.</summary>
    internal int Bins => FftLength / 2 + 1;

    /// <summary>The first frame that reaches a sample.</summary>
    internal long FirstFrameOf(long sample) => Math.Max(0, (sample + Lead - FftLength + HopLength) / HopLength);

    /// <summary>The last frame that reaches a sample.</summary>
    internal long LastFrameOf(long sample) => Math.Min(Frames - 1, (sample + Lead) / HopLength);
}

/// <summary>A recording whose complex spectrum can be formed block by block, as often as needed.</summary>
internal interface IMixtureSpectrum
{
    /// <summary>Channels C.</summary>
    int Channels { get; }

    /// <summary>Samples of a channel.</summary>
    long Length { get; }

    /// <summary>Its frames.</summary>
    Framing Framing { get; }

    /// <summary>Roots and window.</summary>
    FftTables Tables { get; }

    /// <summary>Enqueues the spectrum of some frames; row (frame in block) C + channel of [rows][pitch].</summary>
    void Enqueue(long firstFrame, int frames, DeviceBuffer<float> real, DeviceBuffer<float> imaginary);
}
