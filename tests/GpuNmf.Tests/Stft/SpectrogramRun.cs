using System.Numerics;
using GpuNmf.Audio;
using GpuNmf.Devices;
using GpuNmf.Kernels.Nmf;
using GpuNmf.Masking;
using GpuNmf.Reference;
using GpuNmf.Stft;

namespace GpuNmf.Tests.Stft;

/// <summary>Forward transforms of recordings that stand in host memory.</summary>
internal static class SpectrogramRun
{
    /// <summary>The complex spectrum of one channel, bins x frames.</summary>
    internal static Complex[,] Spectrum(DeviceSession session, AudioBuffer recording, StftOptions options, int channel)
    {
        int frames = (int)options.FrameCount(recording.Length), channels = recording.Channels, pitch = NmfGeometry.PitchOf(options.Bins);
        using var signal = new DeviceSignal(session, recording);
        using var transform = new ForwardTransform(session, options, channels);
        using var real = session.Allocate<float>((long)frames * channels * pitch);
        using var imaginary = session.Allocate<float>(real.Length);
        transform.Spectrum(signal, 0, frames, real, imaginary);
        float[] re = real.Download(), im = imaginary.Download();
        var spectrum = new Complex[options.Bins, frames];
        for (int f = 0; f < options.Bins; f++)
            for (int t = 0; t < frames; t++)
                spectrum[f, t] = new Complex(re[(t * channels + channel) * pitch + f], im[(t * channels + channel) * pitch + f]);
        return spectrum;
    }

    /// <summary>Magnitudes, bins x rows.</summary>
    internal static double[,] Magnitudes(DeviceSession session, AudioBuffer recording, StftOptions options, bool stacked, int rowsOfALaunch = 16384)
    {
        int pitch = NmfGeometry.PitchOf(options.Bins);
        int rows = (int)options.FrameCount(recording.Length) * (stacked ? recording.Channels : 1);
        using var signal = new DeviceSignal(session, recording);
        using var transform = new ForwardTransform(session, options, recording.Channels) { RowsOfALaunch = rowsOfALaunch };
        using var x = session.Allocate<float>((long)rows * pitch);
        transform.Magnitudes(signal, stacked, x, null, CancellationToken.None);
        float[] values = x.Download();
        var magnitudes = new double[options.Bins, rows];
        for (int f = 0; f < options.Bins; f++)
            for (int t = 0; t < rows; t++)
                magnitudes[f, t] = values[t * pitch + f];
        return magnitudes;
    }

    /// <summary>The same framing for the oracle.</summary>
    internal static StftSettings Settings(StftOptions options) => new()
    {
        FftLength = options.FftLength,
        HopLength = options.EffectiveHopLength,
        WindowLength = options.EffectiveWindowLength,
        Window = Enum.Parse<ReferenceWindow>(options.Window.ToString()),
        Center = options.Center,
        Padding = Enum.Parse<ReferencePadding>(options.Padding.ToString()),
    };

    /// <summary>max |a - b| / max |b|; NaN when any value is.</summary>
    internal static double Error(Complex[,] got, Complex[,] want) =>
        Reference.GoldenData.Error(got, [.. Enumerable.Range(0, want.GetLength(1))], want);
}
