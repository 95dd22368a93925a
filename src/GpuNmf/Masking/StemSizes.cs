using GpuNmf.Devices;
using GpuNmf.Kernels.Masking;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Masking;

/// <summary>How much of the stems is formed at a time. No result depends on it.</summary>
/// <param name="Frames">Frames of a block at most.</param>
/// <param name="Samples">Samples of a channel of a block at most.</param>
/// <param name="Components">Components at a time.</param>
/// <param name="FramesOfAComponent">Floats of a component's windowed frames; 0 where they stay on the chip.</param>
internal readonly record struct StemSizes(int Frames, int Samples, int Components, long FramesOfAComponent)
{
    /// <summary>Hops of output a block, at least.</summary>
    private const int BlockHops = 64;

    /// <summary>Bytes at one time, at least one component's: of windowed frames, or of samples where the frames stay on the chip.</summary>
    private const long StemBytes = 32L << 20;

    /// <summary>Bytes of spectrum and masks at one time where the frames stay on the chip, so that a block has work for a whole GPU.</summary>
    private const long SpectrumBytes = 64L << 20;

    /// <param name="framing">Framing.</param>
    /// <param name="channels">C.</param>
    /// <param name="length">Samples of a channel.</param>
    /// <param name="geometry">Shape of the factorisation.</param>
    internal static StemSizes Of(Framing framing, int channels, long length, NmfGeometry geometry)
    {
        int hop = framing.HopLength, overlap = (framing.FftLength + hop - 1) / hop;
        bool framesStay = StemLauncher.KeepsFramesOnChip(geometry.Form, framing.FftLength, hop);
        int hops = framesStay ? HopsOfALargeBlock(framing, channels, geometry) : HopsOfABlock(overlap, channels, framing.FftLength);
        int samples = (int)Math.Min(length, (long)hops * hop), frames = (int)Math.Min(framing.Frames, hops + overlap + 1);
        long framesOfAComponent = framesStay ? 0 : (long)frames * channels * framing.FftLength;
        int components = (int)Math.Clamp(StemBytes / (4 * (framesStay ? (long)channels * samples : framesOfAComponent)), 1, geometry.Rank);
        return new StemSizes(frames, samples, components, framesOfAComponent);
    }

    /// <summary>Bytes on the device of everything that a block goes over: spectrum, masks, frames, samples.</summary>
    /// <param name="channels">C.</param>
    /// <param name="masks">1, or a mask a channel.</param>
    /// <param name="pitch">Floats of a row of bins.</param>
    internal long BlockBytes(int channels, int masks, int pitch) => sizeof(float) *
        (2L * Frames * (channels + masks) * pitch + Samples + Math.Max(1, Components * FramesOfAComponent) + (long)Components * channels * Samples);

    /// <summary>At small hops most frames of a block overlap its neighbours and are transformed twice, so blocks grow, within 256 MiB a component.</summary>
    private static int HopsOfABlock(int overlap, int channels, int fftLength)
    {
        long fits = (256L << 20) / (4L * channels * fftLength) - overlap;
        return (int)Math.Max(BlockHops, Math.Min(4L * overlap, fits));
    }

    /// <summary>Enough for a whole GPU, but an eighth of the recording at most, so that progress is told and a cancellation seen on the way.</summary>
    private static int HopsOfALargeBlock(Framing framing, int channels, NmfGeometry geometry)
    {
        long bySamples = StemBytes / (4L * geometry.Rank * channels * framing.HopLength), bySpectrum = SpectrumBytes / (4 * 4L * channels * geometry.Pitch);
        return (int)Math.Max(BlockHops, Math.Min(Math.Min(bySamples, bySpectrum), framing.Frames / 8));
    }
}
