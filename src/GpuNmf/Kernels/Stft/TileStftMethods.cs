using GpuNmf.Kernels.Fft;

namespace GpuNmf.Kernels.Stft;

/// <summary>The kernels of one transform length, as methods: for loading, and for compiling without a device.</summary>
internal static class TileStftMethods
{
    /// <summary>The last launch of a transform; above <see cref="StftLauncher.OneLaunchLength"/> the parts come first.</summary>
    internal static (Action<StftArgs> Magnitudes, Action<StftArgs> Spectrum) For(int fftLength) => fftLength switch
    {
        64 => Whole<Fft32>(),
        128 => Whole<Fft64>(),
        256 => Whole<Fft128>(),
        512 => Whole<Fft256>(),
        1024 => Whole<Fft512>(),
        2048 => Whole<Fft1024>(),
        4096 => Whole<Fft2048>(),
        8192 => Whole<Fft4096>(),
        _ => (TileStftKernel.Join<MagnitudeOutput>, TileStftKernel.Join<SpectrumOutput>),
    };

    private static (Action<StftArgs> Magnitudes, Action<StftArgs> Spectrum) Whole<TPlan>() where TPlan : struct, IFftPlan =>
        (TileStftKernel.Whole<TPlan, MagnitudeOutput>, TileStftKernel.Whole<TPlan, SpectrumOutput>);
}
