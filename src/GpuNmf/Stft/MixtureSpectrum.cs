using GpuNmf.Devices;
using GpuNmf.Kernels.Fft;
using GpuNmf.Kernels.Stft;

namespace GpuNmf.Stft;

/// <summary>A signal and the transform that forms its spectrum.</summary>
internal sealed class MixtureSpectrum(ForwardTransform transform, IDeviceSignal signal) : IMixtureSpectrum
{
    public int Channels => signal.Channels;

    public long Length => signal.Length;

    public Framing Framing { get; } = transform.FramingOf(signal.Length);

    public FftTables Tables => transform.Tables;

    public void Enqueue(long firstFrame, int frames, DeviceBuffer<float> real, DeviceBuffer<float> imaginary) =>
        transform.Spectrum(signal, firstFrame, frames, real, imaginary);
}
